/** An `error_log` is the step's name, then its lines (contract §6.5); or one sentence, such as `Cancelled`. */
export function failureWords(log: string[]): { title: string; lines: string[] } {
  const [first = '', ...lines] = log;
  if (lines.length === 0) return { title: first, lines: [] };
  return { title: first === 'init' ? 'Failed while reading the source' : `Failed in step “${first}”`, lines };
}
