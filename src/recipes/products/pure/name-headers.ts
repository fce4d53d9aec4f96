/** Unique names, case counting: blank → `_c3`, repeated → `a_1`, `a_2` (flows contract §8.1). */
export function nameHeaders(headers: readonly string[]): string[] {
  const spoken = new Set(headers);
  const taken = new Set<string>();
  return headers.map((header, i) => {
    const wanted = header === '' ? `_c${i + 1}` : header;
    let name = wanted;
    for (let n = 1; taken.has(name) || (n > 1 && spoken.has(name)); n++) name = `${wanted}_${n}`;
    taken.add(name);
    return name;
  });
}
