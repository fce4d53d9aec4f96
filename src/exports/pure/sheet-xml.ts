import { type Column, exactSql } from '../../datasets/index.ts';
import type { OutputColumn } from './render-columns.ts';

/** Limits of the format (ECMA-376, Excel). The first row is the heading. */
export const maxSheetRows = 1_048_575;
export const maxSheetColumns = 16_384;
const maxCellCharacters = 32_767;

/** One row of a sheet as XML, made by the engine: no row passes through JavaScript. */
export function rowXmlSql(columns: readonly OutputColumn[]): string {
  return `concat('<row>', ${columns.map(({ name, asText, column }) => cellXmlSql(name, asText ? 'text' : column.kind, column)).join(', ')}, '</row>')`;
}

function cellXmlSql(name: string, kind: Column['kind'], { engineType, wide }: Column): string {
  const ref = `r."${name.replaceAll('"', '""')}"`;
  const text = textCell(kind === 'text' ? ref : `cast(${ref} as VARCHAR)`);
  const typed = (attributes: string, value: string, unless?: string) =>
    `case when ${ref} is null then '<c/>'${unless === undefined ? '' : ` when ${unless} then ${text}`} else concat('<c${attributes}><v>', ${value}, '</v></c>') end`;
  switch (kind) {
    case 'number':
      // A sheet holds doubles: what would lose digits there, or is no number, stays legible as text.
      if (engineType === 'DOUBLE' || engineType === 'FLOAT') return typed('', ref, `not isfinite(${ref})`);
      return typed('', ref, wide ? `not (${exactSql(ref, engineType)})` : undefined);
    case 'boolean':
      return typed(' t="b"', `cast(${ref} as INTEGER)`);
    case 'date':
      return typed(
        ' s="1"',
        `date_diff('day', date '1899-12-30', ${ref})`,
        `${ref} < date '1900-03-01' or not isfinite(${ref})`,
      );
    case 'datetime':
      return typed(
        ' s="2"',
        `epoch_ms(${ref}) / 86400000.0 + 25569`,
        `${ref} < timestamp '1900-03-01' or not isfinite(${ref})`,
      );
    case 'time':
      return typed(' s="3"', `date_part('epoch', ${ref}) / 86400.0`);
    default:
      return `case when ${ref} is null then '<c/>' else ${text} end`;
  }
}

/**
 * Text as XML on one line. Characters XML cannot carry are dropped, `_x0041_` is kept from being read as an escape, and
 * what a cell cannot hold is cut, visibly.
 */
function textCell(sql: string): string {
  const cut = `case when length(${sql}) > ${maxCellCharacters} then concat(left(${sql}, ${maxCellCharacters - 1}), '…') else ${sql} end`;
  const unusual = `'[\\x00-\\x08\\x0B\\x0C\\x0E-\\x1F]|_x[0-9A-Fa-f]{4}_'`;
  const clean = `case when regexp_matches(${sql}, ${unusual}) then regexp_replace(regexp_replace(${cut}, '[\\x00-\\x08\\x0B\\x0C\\x0E-\\x1F]', '', 'g'), '_(x[0-9A-Fa-f]{4}_)', '_x005F_\\1', 'g') else ${cut} end`;
  const escapes: [string, string][] = [
    ["'&'", '&amp;'],
    ["'<'", '&lt;'],
    ["'>'", '&gt;'],
    ['chr(13)', '&#13;'],
    ['chr(10)', '&#10;'],
  ];
  const escaped = escapes.reduce((inner, [sign, entity]) => `replace(${inner}, ${sign}, '${entity}')`, clean);
  return `concat('<c t="inlineStr"><is><t xml:space="preserve">', ${escaped}, '</t></is></c>')`;
}

export const sheetStart = (headings: readonly string[]): string =>
  `${declaration}<worksheet xmlns="${main}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetData>\n<row>${headings
    .map((heading) => `<c s="4" t="inlineStr"><is><t xml:space="preserve">${escapeXml(heading)}</t></is></c>`)
    .join('')}</row>\n`;

export const sheetEnd = '</sheetData></worksheet>';

/** Everything of the package but the sheets, by path. */
export function workbookParts(sheetNames: readonly string[]): Record<string, string> {
  const sheets = sheetNames.map((name, index) => ({ name, id: index + 1 }));
  return {
    '[Content_Types].xml': `${declaration}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${spreadsheet}.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="${spreadsheet}.styles+xml"/>${sheets.map(({ id }) => `<Override PartName="/xl/worksheets/sheet${id}.xml" ContentType="${spreadsheet}.worksheet+xml"/>`).join('')}</Types>`,
    '_rels/.rels': `${declaration}<Relationships xmlns="${packageRelations}"><Relationship Id="rId1" Type="${relations}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    'xl/workbook.xml': `${declaration}<workbook xmlns="${main}" xmlns:r="${relations}"><sheets>${sheets.map(({ name, id }) => `<sheet name="${escapeXml(name)}" sheetId="${id}" r:id="rId${id}"/>`).join('')}</sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': `${declaration}<Relationships xmlns="${packageRelations}">${sheets.map(({ id }) => `<Relationship Id="rId${id}" Type="${relations}/worksheet" Target="worksheets/sheet${id}.xml"/>`).join('')}<Relationship Id="rId${sheets.length + 1}" Type="${relations}/styles" Target="styles.xml"/></Relationships>`,
    // Cell formats: 0 general, 1 date, 2 date and time, 3 time of day, 4 heading.
    'xl/styles.xml': `${declaration}<styleSheet xmlns="${main}"><numFmts count="3"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/><numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/><numFmt numFmtId="166" formatCode="hh:mm:ss"/></numFmts><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="5"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>${[164, 165, 166].map((id) => `<xf numFmtId="${id}" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>`).join('')}<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/></cellXfs></styleSheet>`,
  };
}

/** At most 31 characters, none of those a sheet name must not have, unlike the others. */
export function sheetNamesOf(name: string, count: number): string[] {
  const stem = name.replaceAll(/[\\/?*[\]:']/g, '_') || 'data';
  if (count === 1) return [stem.slice(0, 31)];
  return Array.from({ length: count }, (_, index) => {
    const suffix = ` (${index + 1})`;
    return `${stem.slice(0, 31 - suffix.length)}${suffix}`;
  });
}

const declaration = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const relations = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const packageRelations = 'http://schemas.openxmlformats.org/package/2006/relationships';
const spreadsheet = 'application/vnd.openxmlformats-officedocument.spreadsheetml';

function escapeXml(text: string): string {
  return [...text]
    .filter((sign) => sign >= ' ' || sign === '\t' || sign === '\r' || sign === '\n')
    .join('')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\r', '&#13;')
    .replaceAll('\n', '&#10;');
}
