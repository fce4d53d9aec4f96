/** The first records of a text file; nothing of a workbook, whose rows only the server can read. */
export async function readRecords(file: File): Promise<string[][]> {
  if (!/\.(csv|tsv|txt)$/i.test(file.name)) return [];
  return recordsOf(new Uint8Array(await file.slice(0, 64_000).arrayBuffer()));
}

/** Titles and their blank rows are fewer. */
const mostRecords = 30;

/** Of the beginning of a file, as the server reads it. */
export function recordsOf(bytes: Uint8Array): string[][] {
  const text = textOf(bytes);
  const read = ['\t', ';', ',', '|'].map((delimiter) => splitRecords(text, delimiter));
  // The first line may be a title, which has none, or others.
  const widest = (records: string[][]) => Math.max(0, ...records.map((cells) => filled(cells).length));
  const first = read.find((records) => widest(records.slice(0, 1)) > 1);
  if (first !== undefined && likelyHeaderRow(first) === 1) {
    const wider = read.find((records) => widest(records) > widest(first) && likelyHeaderRow(records) > 1);
    return wider ?? first;
  }
  return first ?? read.find((records) => widest(records) > 1) ?? read[2]!;
}

/** The names of the columns in a row, counted from 1. */
export const namesIn = (records: readonly string[][], row: number): string[] => [
  ...new Set(filled(records[row - 1] ?? [])),
];

/**
 * The row that most likely has the headers: the first, unless a title stands there. Then the first row that is about as
 * wide as the table and has more words than numbers, as the server proposes it.
 */
export function likelyHeaderRow(records: readonly string[][]): number {
  const widest = Math.max(0, ...records.map((cells) => filled(cells).length));
  const start = records.findIndex((cells) => filled(cells).length > 0);
  if (widest < 2 || start < 0 || filled(records[start]!).length * 2 > widest) return Math.max(start, 0) + 1;
  const found = records.findIndex((cells) => {
    const texts = filled(cells);
    const words = texts.filter((text) => !/^[\d\s.,:/'’%+−-]+$/.test(text));
    return texts.length * 5 >= widest * 4 && words.length * 2 > texts.length && new Set(texts).size === texts.length;
  });
  return found < 0 ? start + 1 : found + 1;
}

const filled = (cells: readonly string[]): string[] => cells.map((cell) => cell.trim()).filter(Boolean);

/** UTF-8 where it is that, UTF-16 where it is marked so, else windows-1252. */
function textOf(bytes: Uint8Array): string {
  const [first, second] = bytes;
  const wide =
    first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : undefined;
  try {
    // Streaming: a letter may be cut at the end of what was read.
    return new TextDecoder(wide ?? 'utf-8', { fatal: true }).decode(bytes, { stream: true });
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

/** RFC 4180: what is quoted may have delimiters and ends of lines in it, and doubled quotes. */
function splitRecords(text: string, delimiter: string): string[][] {
  const records: string[][] = [];
  let cells: string[] = [];
  let cell = '';
  let isQuoted = false;
  for (let at = 0; at < text.length && records.length < mostRecords; at += 1) {
    const letter = text[at]!;
    if (isQuoted) {
      const isDoubled = letter === '"' && text[at + 1] === '"';
      if (isDoubled) at += 1;
      if (letter !== '"' || isDoubled) cell += letter;
      else isQuoted = false;
    } else if (letter === '"' && cell.trim() === '') {
      cell = '';
      isQuoted = true;
    } else if (letter === delimiter || letter === '\n' || letter === '\r') {
      cells.push(cell);
      cell = '';
      if (letter === delimiter) continue;
      if (letter === '\r' && text[at + 1] === '\n') at += 1;
      records.push(cells);
      cells = [];
    } else cell += letter;
  }
  if (records.length < mostRecords && (cell !== '' || cells.length > 0)) records.push([...cells, cell]);
  return records;
}

const usual: Record<string, RegExp> = {
  location_column: /^(geocode|location_code|location|place_code|place|district|code)$/i,
  campaign_column: /^(campaign|campaign_name|round|period)$/i,
  date_column: /^(data_date|date|day)$/i,
};

/** The column that most likely has the role, by its name. */
export const proposed = (role: string, header: readonly string[]): string | null =>
  header.find((name) => usual[role]?.test(name)) ?? null;
