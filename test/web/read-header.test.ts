import { expect, test } from 'vitest';
import { likelyHeaderRow, namesIn, proposed, recordsOf } from '../../web/src/documents/read-header.ts';

const bytes = (text: string, encoding: BufferEncoding = 'utf8') => new Uint8Array(Buffer.from(text, encoding));

test.each([
  ['quoted delimiters', bytes('"Place, official",Round\n1,2\n'), ['Place, official', 'Round']],
  ['semicolons beside a quoted comma', bytes('"a, b";c;d\r\n'), ['a, b', 'c', 'd']],
  [
    'doubled quotes and a line end in a name',
    bytes('"say ""it""","two\nlines",x\n1,2,3'),
    ['say "it"', 'two\nlines', 'x'],
  ],
  ['a byte-order mark', bytes('\ufeffRégion\tJour'), ['Région', 'Jour']],
  ['Latin-1', bytes('R\u00e9gion;Campagne\n', 'latin1'), ['Région', 'Campagne']],
  ['UTF-16', bytes('\ufeffPlace,Day\n', 'utf16le'), ['Place', 'Day']],
  ['equal and empty names', bytes('a,,a, b \n'), ['a', 'b']],
  ['a letter cut at the end of what was read', bytes('Région,x\n1,é').slice(0, -1), ['Région', 'x']],
])('the names of columns: %s', (_what, content, expected) => {
  const records = recordsOf(content);
  expect(namesIn(records, likelyHeaderRow(records))).toEqual(expected);
});

test('the usual names are proposed', () => {
  expect(proposed('location_column', ['Round', 'District'])).toBe('District');
  expect(proposed('date_column', ['Round', 'District'])).toBeNull();
});

test.each([
  ['a title and a blank row', 'Weekly report\n\nDistrict,Round,Seen\nAmber,May,1\n', 3, ['District', 'Round', 'Seen']],
  [
    'a title with the delimiter of others',
    'Weekly, north\n;;\nDistrict;Round;Seen\nA;May;1\n',
    3,
    ['District', 'Round', 'Seen'],
  ],
  [
    'titles padded to the width of the table',
    'Weekly,,\nMay,2026,\nDistrict,Round,Seen\nA,May,1\n',
    3,
    ['District', 'Round', 'Seen'],
  ],
  ['no title', 'District,Round,Seen\nA,May,1\n', 1, ['District', 'Round', 'Seen']],
  ['some columns without a name', 'District,,Seen\nA,May,1\n', 1, ['District', 'Seen']],
  ['nothing but numbers below', 'District,Round\n', 1, ['District', 'Round']],
  ['a blank line first', '\nDistrict,Round,Seen\nA,May,1\n', 2, ['District', 'Round', 'Seen']],
])('the row of the headers: %s', (_what, content, row, names) => {
  const records = recordsOf(bytes(content));
  expect(likelyHeaderRow(records)).toBe(row);
  expect(namesIn(records, row)).toEqual(names);
});
