import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import path from 'node:path';
import zlib from 'node:zlib';
import { describe, expect, test } from 'vitest';
import yazl from 'yazl';
import { ingestFile } from '../../src/recipes/index.ts';
import { counts, inFolder, ingest, types, values } from './support/ingest.ts';

const codeOf = (code: string) => expect.objectContaining({ name: 'AppError', code });

describe('a file that is read in spite of its form', () => {
  const cases: [what: string, content: string | Buffer, rows: unknown[][]][] = [
    [
      'no newline at the end',
      'a,b\n1,x\n2,y',
      [
        ['1', 'x'],
        ['2', 'y'],
      ],
    ],
    [
      'only carriage returns',
      'a,b\r1,x\r2,y\r',
      [
        ['1', 'x'],
        ['2', 'y'],
      ],
    ],
    [
      'carriage return and line feed',
      'a,b\r\n1,x\r\n2,y\r\n',
      [
        ['1', 'x'],
        ['2', 'y'],
      ],
    ],
    [
      'all three line ends',
      'a,b\r\n1,x\n2,y\r3,z',
      [
        ['1', 'x'],
        ['2', 'y'],
        ['3', 'z'],
      ],
    ],
    ['a byte-order mark', '\ufeffa,b\n1,x\n', [['1', 'x']]],
    ['a byte-order mark before quotes', '\ufeff"a","b"\n1,"x\ny"\n', [['1', 'x\ny']]],
    ['UTF-16 little endian', Buffer.from('\ufeffa,b\n1,é\n', 'utf16le'), [['1', 'é']]],
    ['UTF-16 big endian', Buffer.from('\ufeffa,b\n1,é\n', 'utf16le').swap16(), [['1', 'é']]],
    ['UTF-16 without mark', Buffer.from('a,b\n1,x\n', 'utf16le'), [['1', 'x']]],
    ['UTF-16 big endian without mark', Buffer.from('a,b\n1,x\n', 'utf16le').swap16(), [['1', 'x']]],
    ['gzip', zlib.gzipSync('a,b\n1,x\n'), [['1', 'x']]],
    ['zstd', zlib.zstdCompressSync('a,b\n1,x\n'), [['1', 'x']]],
    [
      'Latin-1',
      Buffer.from('a,b\n1,Zürich café naïve\n2,Genève à côté\n', 'latin1'),
      [
        ['1', 'Zürich café naïve'],
        ['2', 'Genève à côté'],
      ],
    ],
    [
      'semicolons',
      'a;b\n1;x,y\n2;z\n',
      [
        ['1', 'x,y'],
        ['2', 'z'],
      ],
    ],
    ['tabs', 'a\tb\n1\tx\n', [['1', 'x']]],
    [
      'spaces',
      'a b\n1 x\n2 y\n',
      [
        ['1', 'x'],
        ['2', 'y'],
      ],
    ],
    [
      'line ends, quotes and delimiters in quotes',
      'a,b\n1,"x,""y""\r\nz"\n2,w\n',
      [
        ['1', 'x,"y"\r\nz'],
        ['2', 'w'],
      ],
    ],
    ['blanks after delimiters before quotes', 'a, "b"\n1, "x, y"\n', [['1', 'x, y']]],
    ['blanks around values', 'a,b\n 1 ,\t x\u00a0\n', [['1', 'x']]],
    ['one column', 'a\nx\ny\n', [['x'], ['y']]],
    ['one column of prose', 'text\nwell; yes\nno\nso; be; it\n', [['well; yes'], ['no'], ['so; be; it']]],
  ];
  test.each(cases)('%s', async (_what, content, rows) => {
    const ingested = await ingest('t.csv', content);
    expect(values(ingested)).toEqual(rows);
  });

  const ends: [what: string, delimiter: string, rows: string[]][] = [
    ['a semicolon at the end of some rows', ';', ['a;p 1;5', 'b;p 1;5;', 'c;p 1;5;', 'd;p 1;5', 'e;p 1;5;', 'f;p 1;5']],
    ['a tab at the end of some rows', '\t', ['a\tp 1\t5', 'b\tp 1\t5\t', 'c\tp 1\t5', 'd\tp 1\t5\t']],
    ['decimal commas and semicolons at the end of some rows', ';', ['a;p 1;5,5;', 'b;p 1;6,5', 'c;p 1;7,5;', 'd;;5,1']],
    ['empty cells at the end left out', ';', ['a;p 1;5', 'b;p 1', 'c;p 1', 'd;p 1;6', 'e;p 1']],
    ['decimal commas and empty cells left out', ';', ['a;1,5;2,5', 'b;2,5', 'c;3,5', 'd;1,5;2,5', 'e;4,5']],
  ];
  test.each(ends)('%s do not hide what separates cells', async (_what, delimiter, rows) => {
    const content = `${['code', 'period', 'n'].join(delimiter)}\n${rows.join('\n')}\n`;
    const ingested = await ingest('t.csv', content, { options: { width: 'pad-and-trim' } });
    expect(ingested.result.reading.delimiter).toBe(delimiter);
    expect(ingested.result.schema.fields.map(({ name }) => name)).toEqual(['code', 'period', 'n']);
    expect(ingested.rows).toHaveLength(rows.length);
  });

  test('a detected encoding is said', async () => {
    const ingested = await ingest('t.csv', Buffer.from('a,b\n1,Zürich\n', 'latin1'));
    expect(counts(ingested)).toEqual(['encoding-detected - 1']);
    expect(ingested.result.reading.encoding).toBe('windows-1252');
  });
});

describe('a file that is refused as a whole', () => {
  const cases: [what: string, name: string, content: string | Buffer, code: string][] = [
    ['empty', 't.csv', '', 'empty_file'],
    ['nothing but a byte-order mark', 't.csv', '\ufeff', 'empty_file'],
    ['nothing but blank lines', 't.csv', '\n\n\n', 'empty_file'],
    ['header only', 't.csv', 'a,b\n', 'no_rows'],
    ['header only, without newline', 't.csv', 'a,b', 'no_rows'],
    ['NUL bytes', 't.csv', 'a,b\n1,x\0y\n', 'nul_byte'],
    ['another delimiter', 't.csv', 'a|b\n1|x\n2|y\n', 'unknown_delimiter'],
    ['a picture called .csv', 't.csv', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'), 'content_mismatch'],
    [
      'random bytes called .csv',
      't.csv',
      Buffer.from(Array.from({ length: 400 }, (_, i) => (i * 7) % 256)),
      'content_mismatch',
    ],
    ['text called .parquet', 't.parquet', 'a,b\n1,2\n', 'content_mismatch'],
    ['a broken Parquet', 't.parquet', 'PAR1 this is nothing of the kind PAR1', 'format_error'],
    ['an unknown ending', 't.xyz', 'a,b\n1,2\n', 'unsupported_file_format'],
    ['a SQLite database', 't.sqlite', Buffer.from('SQLite format 3\0and more', 'latin1'), 'unsupported_file_format'],
    ['an empty list', 't.json', '[]', 'no_columns'],
    ['records without members', 't.json', '[{}, {}]', 'no_columns'],
    ['broken JSON', 't.json', '[{"a": 1}, {"a": ', 'format_error'],
    ['JSON of two lists', 't.json', '{"x": [{"a": 1}], "y": [{"a": 1}]}', 'format_error'],
    ...['a list in lists', 'a member in lists', 'a member in objects', 'a line'].map(
      (what, n): [string, string, string, string] => [
        `JSON nested too deep: ${what}`,
        n === 3 ? 't.ndjson' : 't.json',
        [
          '['.repeat(100_000),
          `[{"a": ${'['.repeat(50_000)}1.5${']'.repeat(50_000)}}]`,
          `{"a": ${'{"b":'.repeat(50_000)}1.5${'}'.repeat(50_000)}}`,
          `{"a": 1}\n{"a": ${'['.repeat(5000)}1.5${']'.repeat(5000)}}\n`,
        ][n]!,
        'format_error',
      ],
    ),
    ['a broken gzip', 't.csv.gz', Buffer.from('1f8b080000000000000300', 'hex'), 'format_error'],
  ];
  test.each(cases)('%s', async (_what, name, content, code) => {
    await expect(ingest(name, content)).rejects.toEqual(codeOf(code));
  });

  test('where the server keeps the file is told to nobody', async () => {
    const broken = `PAR1${'\0'.repeat(100)}PAR1`;
    await expect(ingest('t.parquet', broken)).rejects.toThrow(
      /^The file cannot be read as Parquet: (?!.*[/\\]).*Footer length error in file$/,
    );
  });

  test('JSON may be nested as deep as the message says', async () => {
    const nested = (levels: number) => `[{"a": ${'['.repeat(levels)}1.5${']'.repeat(levels)}}]`;
    expect((await ingest('t.json', nested(498))).rows).toHaveLength(1);
    await expect(ingest('t.json', nested(500))).rejects.toThrow('in line 1 is nested deeper than 500 levels');
  });

  test('the messages are those of the contract', async () => {
    await expect(ingest('t.csv', 'a|b\n1|x\n')).rejects.toThrow(
      "Invalid CSV. Use comma, semicolon, space or tab as delimiter. Found delimiter: '|'",
    );
    await expect(ingest('t.csv', '')).rejects.toThrow('Invalid CSV. No rows found!');
    await expect(ingest('t.xyz', 'x')).rejects.toThrow('Unsupported file format: .xyz');
  });

  test('a false encoding fails with the offset of the first bad byte', async () => {
    await expect(
      ingest('t.csv', Buffer.from('a,b\n1,\xe9\n', 'latin1'), { options: { encoding: 'utf-8' } }),
    ).rejects.toThrow('undecodable byte at offset 6');
  });

  test('a 200 MB line', async () => {
    await inFolder(async (folder) => {
      const workFolder = await mkdtemp(path.join(folder, 'run-'));
      const file = path.join(workFolder, 'upload');
      const out = createWriteStream(file);
      out.write('a,b\n1,');
      const piece = Buffer.alloc(1_000_000, 'x');
      for (let i = 0; i < 200; i++) if (!out.write(piece)) await once(out, 'drain');
      out.end('\n');
      await once(out, 'finish');
      await expect(ingestFile({ file, name: 't.csv', workFolder })).rejects.toEqual(codeOf('limit_reached'));
    });
  });

  test.each([
    ['in a plain file', `a,b\n1,${'x'.repeat(1001)}\n`],
    ['in a quoted one', `a,b\n"1\n",${'x'.repeat(1001)}\n`],
    ['in a row too wide', `a,b\n1,${'x'.repeat(1001)},2\n`],
    ['in JSON', JSON.stringify([{ a: 'x'.repeat(1001) }])],
  ])('a cell over its character limit %s', async (what, content) => {
    const name = what.endsWith('JSON') ? 't.json' : 't.csv';
    const request = { limits: { cellCharacters: 1000 }, options: { width: 'trim' as const } };
    await expect(ingest(name, content, request)).rejects.toEqual(codeOf('limit_reached'));
    const shorter = content.replace('x'.repeat(1001), 'x'.repeat(1000));
    expect((await ingest(name, shorter, request)).rows).toHaveLength(1);
  });

  test('a zstd bomb stops as well', async () => {
    const bomb = zlib.zstdCompressSync(`a,b\n${'1,2\n'.repeat(5_000_000)}`);
    await expect(ingest('t.csv.zst', bomb)).rejects.toEqual(codeOf('limit_reached'));
  });

  test('a gzip bomb stops at the ratio, a big file at the size', async () => {
    const bomb = zlib.gzipSync(Buffer.alloc(30_000_000, 'a,b\n'));
    await expect(ingest('t.csv.gz', bomb)).rejects.toThrow('unpack ratio');
    await expect(
      ingest('t.csv.gz', zlib.gzipSync('a,b\n1,2\n'.repeat(100)), { limits: { unpackedBytes: 500 } }),
    ).rejects.toThrow('unpacked file exceeds the limit of 500 bytes');
  });
});

describe('zip archives', () => {
  async function zipped(members: Record<string, string | Buffer>): Promise<Buffer> {
    const zip = new yazl.ZipFile();
    for (const [name, content] of Object.entries(members)) zip.addBuffer(Buffer.from(content as string), name);
    zip.end();
    const parts: Buffer[] = [];
    for await (const part of zip.outputStream) parts.push(part as Buffer);
    return Buffer.concat(parts);
  }

  test('the one table of an archive is read', async () => {
    const ingested = await ingest('t.zip', await zipped({ 'data/t.csv': 'a,b\n1,x\n', 'README.md': 'hello' }));
    expect(values(ingested)).toEqual([['1', 'x']]);
    expect(ingested.result.reading.compression).toBe('zip');
  });

  test('of several, one must be named', async () => {
    const archive = await zipped({ 'x.csv': 'a,b\n1,x\n', 'y.csv': 'a,b\n2,why\n' });
    await expect(ingest('t.zip', archive)).rejects.toEqual(codeOf('archive_refused'));
    expect(values(await ingest('t.zip', archive, { options: { member: 'y.csv' } }))).toEqual([['2', 'why']]);
    await expect(ingest('t.zip', archive, { options: { member: 'z.csv' } })).rejects.toThrow(
      "it has no member 'z.csv'",
    );
  });

  test('a member whose name is a path writes nowhere', async () => {
    const archive = await zipped({ 'aa/evil.csv': 'a,b\n1,x\n' });
    const evil = Buffer.from(archive.toString('latin1').replaceAll('aa/evil.csv', '../evil.csv'), 'latin1');
    await inFolder(async (folder) => {
      const { ingestIn } = await import('./support/ingest.ts');
      const ingested = await ingestIn(folder, '../../t.zip', evil).catch((error: Error) => error);
      // Either refused or read, but nothing appears beside the run's own folder.
      const { readdir } = await import('node:fs/promises');
      expect((await readdir(folder)).filter((name) => !name.startsWith('run-'))).toEqual([]);
      if (ingested instanceof Error) expect(ingested).toEqual(codeOf('format_error'));
      else expect(values(ingested)).toEqual([['1', 'x']]);
    });
  });

  test('an archive in an archive is refused', async () => {
    const inner = await zipped({ 'x.csv': 'a\n1\n' });
    await expect(ingest('t.zip', await zipped({ 'inner.zip': inner }))).rejects.toEqual(codeOf('archive_refused'));
  });

  test('a zip bomb is stopped', async () => {
    await expect(ingest('t.zip', await zipped({ 't.csv': Buffer.alloc(30_000_000, 'a,b\n') }))).rejects.toEqual(
      codeOf('limit_reached'),
    );
  });
});

describe('rows and headers that are not as they should be', () => {
  test('every row of the wrong width, and every blank one, is accounted for by row and line', async () => {
    const content = 'id,name\n1,a\n\n2\n3,c,d\n4,"e\nf"\n5,g\n';
    const ingested = await ingest('t.csv', content, { onError: 'quarantine' });
    expect(ingested.rows).toEqual([
      { _row: '1', _rev: 1, id: '1', name: 'a' },
      { _row: '5', _rev: 1, id: '4', name: 'e\nf' },
      { _row: '6', _rev: 1, id: '5', name: 'g' },
    ]);
    expect(ingested.issues.map(({ row, line, code, message }) => [row, line, code, message])).toEqual([
      ['2', '3', 'blank-row', 'The row is completely blank'],
      ['3', '4', 'missing-value', 'Row 3 has 1 cell(s), expected 2'],
      ['4', '5', 'extra-value', 'Row 4 has 3 cell(s), expected 2'],
    ]);
    expect(ingested.rejects).toBe(
      'id,name,_error\n2,,"Row 3 has 1 cell(s), expected 2"\n3,c,"Row 4 has 3 cell(s), expected 2"\n',
    );
    expect(ingested.result.counts).toMatchObject({ read: 6, blank: 1, rejected: 2, accepted: 3 });
  });

  test('a quote that is never closed costs its line, not the rest of the file', async () => {
    const ingested = await ingest('t.csv', 'a,b\n1,"x\n2,y\n3,z\n', { onError: 'skip' });
    expect(values(ingested)).toEqual([
      ['2', 'y'],
      ['3', 'z'],
    ]);
    expect(counts(ingested)).toEqual(['ragged-quote - 1']);
  });

  test('one ragged row deep in a regular file is found by falling back', async () => {
    const lines = Array.from({ length: 60_000 }, (_, i) => `${i},name ${i}`);
    lines[45_000] = '45000';
    const ingested = await ingest('t.csv', `id,name\n${lines.join('\n')}\n`, { onError: 'skip' });
    expect(ingested.result.counts).toMatchObject({ read: 60_000, rejected: 1, accepted: 59_999 });
    expect(ingested.issues).toMatchObject([{ code: 'missing-value', row: '45001', line: '45002' }]);
  });

  test('duplicate and blank headers are renamed and reported', async () => {
    const ingested = await ingest('t.csv', 'a,,a,A,_row\n1,2,3,4,5\n');
    expect(Object.keys(types(ingested))).toEqual(['a', '_c2', 'a_1', 'A_2', '_row_1']);
    expect(counts(ingested)).toEqual(['blank-header _c2 1', 'duplicate-header A_2 1', 'duplicate-header a_1 1']);
  });

  test('5,000 columns', async () => {
    const names = Array.from({ length: 5000 }, (_, i) => `c${i}`);
    const rows = Array.from({ length: 20 }, (_, r) => names.map((_n, i) => String(r * 5000 + i)).join(','));
    const ingested = await ingest('t.csv', `${names.join(',')}\n${rows.join('\n')}\n`);
    expect(ingested.result.schema.fields).toHaveLength(5000);
    expect(ingested.rows).toHaveLength(20);
    expect(ingested.rows![19]!.c4999).toBe(String(19 * 5000 + 4999));
  }, 120_000);

  test('more columns than allowed', async () => {
    await expect(ingest('t.csv', 'a,b,c\n1,2,3\n', { limits: { columns: 2 } })).rejects.toThrow(
      'number of columns exceeds the limit of 2',
    );
  });

  test('a table without header gets one', async () => {
    const ingested = await ingest('t.csv', '1,Lyon\n2,Paris\n3,Nice\n');
    expect(ingested.result.reading.header).toBe(false);
    expect(values(ingested)).toEqual([
      ['1', 'Lyon'],
      ['2', 'Paris'],
      ['3', 'Nice'],
    ]);
    expect(counts(ingested)).toEqual(['no-header - 1']);
  });
});
