/** The first record of a text file, as names of columns; nothing of a workbook, whose columns only the server can read. */
export async function readHeader(file: File): Promise<string[]> {
  if (!/\.(csv|tsv|txt)$/i.test(file.name)) return [];
  return headerOf(new Uint8Array(await file.slice(0, 64_000).arrayBuffer()));
}

/** Of the beginning of a file, as the server reads it. */
export function headerOf(bytes: Uint8Array): string[] {
  const text = textOf(bytes);
  const delimiters = ['\t', ';', ',', '|'];
  const delimiter = delimiters.find((one) => cellsOf(text, one).length > 1) ?? ',';
  return [...new Set(cellsOf(text, delimiter).map((name) => name.trim()))].filter(Boolean);
}

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
function cellsOf(text: string, delimiter: string): string[] {
  const cells: string[] = [];
  let cell = '';
  let isQuoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at]!;
    if (isQuoted) {
      const isDoubled = letter === '"' && text[at + 1] === '"';
      if (isDoubled) at += 1;
      if (letter !== '"' || isDoubled) cell += letter;
      else isQuoted = false;
    } else if (letter === '"' && cell.trim() === '') {
      cell = '';
      isQuoted = true;
    } else if (letter === delimiter) {
      cells.push(cell);
      cell = '';
    } else if (letter === '\n' || letter === '\r') break;
    else cell += letter;
  }
  return [...cells, cell];
}

const usual: Record<string, RegExp> = {
  location_column: /^(geocode|location_code|location|place_code|place|district|code)$/i,
  campaign_column: /^(campaign|campaign_name|round|period)$/i,
  date_column: /^(data_date|date|day)$/i,
};

/** The column that most likely has the role, by its name. */
export const proposed = (role: string, header: readonly string[]): string | null =>
  header.find((name) => usual[role]?.test(name)) ?? null;
