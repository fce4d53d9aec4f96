/**
 * What was done to a cell's text until it was its number, in words; nothing where the text is the number. Told from text
 * and number alone, so that it also holds for files that were read long ago.
 */
export function describeCleaning(raw: string, value: number): string[] {
  const told: string[] = [];
  if (raw !== raw.trim()) told.push('blanks around it');
  let text = raw.trim();
  const hasPercent = text.includes('%');
  text = text.replace('%', '').trim();
  if (/^[−–]/.test(text)) {
    told.push("minus sign '−'");
    text = text.replace(/^[−–]/, '-');
  }
  const scaled = hasPercent ? value * 100 : value;
  const reading = readingsOf(text).find((one) => isSame(one.number, scaled));
  if (reading !== undefined) {
    told.push(...reading.told);
    if (hasPercent) told.push('percent sign, ÷ 100');
    return told;
  }
  const hundred = readingsOf(text).find((one) => isSame(one.number, value * 100));
  if (hundred !== undefined) return [...told, ...hundred.told, 'percent, ÷ 100'];
  const day = /^(\d{4})(\d{2})(\d{2})$/.exec(String(value));
  if (day !== null && /\D/.test(text)) return [...told, `read as the day ${day.slice(1).join('-')}`];
  return [...told, `'${text}' means ${value}`];
}

interface Reading {
  number: number;
  told: string[];
}

/** A text as a number with each decimal mark it could have; the plain reading comes first. */
function readingsOf(text: string): Reading[] {
  return ['.', ','].map((mark) => {
    const thousands = [...new Set(text.match(/(?<=\d)[., '’\u00a0\u202f](?=\d)/g) ?? [])].filter((one) => one !== mark);
    const plain = thousands.reduce((left, one) => left.replaceAll(one, ''), text).replace(mark, '.');
    const told = thousands.map((one) => `thousands separator '${one}'`);
    if (mark === ',' && text.includes(',')) told.push("decimal mark ','");
    return { number: plain === '' ? Number.NaN : Number(plain), told };
  });
}

const isSame = (a: number, b: number) => Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b));
