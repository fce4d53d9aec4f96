import { buffer } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import yazl from 'yazl';
import { ingest } from './support/ingest.ts';

/** Workbooks of a few bytes that say to have millions of cells: read by their cells, or refused, and never walked through. */

async function zipped(files: Record<string, string>): Promise<Buffer> {
  const zip = new yazl.ZipFile();
  for (const [name, text] of Object.entries(files)) zip.addBuffer(Buffer.from(text), name);
  zip.end();
  return await buffer(zip.outputStream);
}

const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const packaged = 'http://schemas.openxmlformats.org/package/2006';
const relations = (type: string, target: string) =>
  `<Relationships xmlns="${packaged}/relationships"><Relationship Id="r1" Type="${office}/${type}" Target="${target}"/></Relationships>`;
const part = (name: string, type: string) =>
  `<Override PartName="${name}" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.${type}+xml"/>`;
const text = (at: string, said: string) => `<c r="${at}" t="inlineStr"><is><t>${said}</t></is></c>`;

const xlsx = (more: string, dimension = '') =>
  zipped({
    '[Content_Types].xml': `<Types xmlns="${packaged}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>${part('/xl/workbook.xml', 'sheet.main')}${part('/xl/worksheets/sheet1.xml', 'worksheet')}</Types>`,
    '_rels/.rels': relations('officeDocument', 'xl/workbook.xml'),
    'xl/workbook.xml': `<workbook xmlns="${main}" xmlns:r="${office}"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': relations('worksheet', 'worksheets/sheet1.xml'),
    'xl/worksheets/sheet1.xml': `<worksheet xmlns="${main}">${dimension}<sheetData><row r="1">${text('A1', 'place')}${text('B1', 'seen')}</row><row r="2">${text('A2', 'a')}<c r="B2"><v>1</v></c></row>${more}</sheetData></worksheet>`,
  });

const openDocument = 'urn:oasis:names:tc:opendocument:xmlns';
const cell = (said: string, repeated = 1) =>
  `<table:table-cell office:value-type="string" table:number-columns-repeated="${repeated}"><text:p>${said}</text:p></table:table-cell>`;
const rows = (cells: string, repeated = 1) =>
  `<table:table-row table:number-rows-repeated="${repeated}">${cells}</table:table-row>`;
const emptyCells = '<table:table-cell table:number-columns-repeated="16384"/>';

const ods = (more: string) =>
  zipped({
    mimetype: 'application/vnd.oasis.opendocument.spreadsheet',
    'content.xml': `<office:document-content xmlns:office="${openDocument}:office:1.0" xmlns:table="${openDocument}:table:1.0" xmlns:text="${openDocument}:text:1.0"><office:body><office:spreadsheet><table:table table:name="S">${rows(cell('place') + cell('seen'))}${rows(cell('a') + cell('1'))}${more}</table:table></office:spreadsheet></office:body></office:document-content>`,
    'styles.xml': `<office:document-styles xmlns:office="${openDocument}:office:1.0"/>`,
    'META-INF/manifest.xml': `<manifest:manifest xmlns:manifest="${openDocument}:manifest:1.0"/>`,
  });

test.each<[string, string, () => Promise<Buffer>]>([
  ['is said to be used', 't.xlsx', () => xlsx('', '<dimension ref="A1:XFD1048576"/>')],
  ['is formatted', 't.xlsx', () => xlsx('<row r="1048576"><c r="XFD1048576" s="0"/></row>')],
  ['is repeated without a value', 't.ods', () => ods(rows(emptyCells, 1_048_574))],
])('what %s and has no value is not there', async (_what, name, file) => {
  const { rows: read } = await ingest(name, await file());
  expect(read?.map(({ place, seen }) => [place, String(seen)])).toEqual([['a', '1']]);
});

const isFull = 'number of cells exceeds the limit of 50000000 cells';
test.each<[string, string, () => Promise<Buffer>, string]>([
  [
    'in the last place of a sheet',
    't.xlsx',
    () => xlsx('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'),
    'Sheet S has values in 5 of 17179869184 places of A1:XFD1048576',
  ],
  [
    'in its last row',
    't.xlsx',
    () => xlsx(`<row r="1048576">${text('A1048576', 'b')}</row>`),
    'Sheet S has values in 5 of 2097152 places of A1:B1048576',
  ],
  [
    'behind empty rows',
    't.ods',
    () => ods(rows(emptyCells, 1_048_570) + rows(cell('b'))),
    'Sheet S has values in 5 of 2097146 places of A1:B1048573',
  ],
  ['repeated to the end of the sheet', 't.ods', () => ods(rows(cell('b', 16_384), 1_048_574)), isFull],
  ['repeated beyond any sheet', 't.ods', () => ods(rows(cell('b', 2_000_000_000), 2_000_000_000)), isFull],
])('a value %s refuses the file', async (_what, name, file, message) => {
  const refused = ingest(name, await file());
  await expect(refused).rejects.toMatchObject({ name: 'AppError', code: 'limit_reached', status: 413 });
  await expect(refused).rejects.toThrow(message);
});
