export interface BadgeFacts {
  state: 'pending' | 'running' | 'success' | 'failed';
  rows: number | null;
  issues: number | null;
}

const colours = { success: '#2f7d4f', failed: '#b3362b', running: '#8a6d1f', pending: '#8a6d1f' };
const words = { success: 'succeeded', failed: 'failed', running: 'running', pending: 'queued' };
const characterWidth = 6.6;

/** Drawn here, no font or picture from elsewhere. Undefined: nothing anybody may know. */
export function badgeSvg(facts: BadgeFacts | undefined): string {
  const value = facts === undefined ? 'unknown' : sentenceOf(facts);
  const colour = facts === undefined ? '#6b6f76' : colours[facts.state];
  const [left, right] = ['data', value].map((text) => Math.ceil(text.length * characterWidth) + 12) as [number, number];
  const label = `data: ${value}`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${left + right}" height="20" role="img" aria-label="${label}"><title>${label}</title><rect width="${left}" height="20" fill="#3d4148"/><rect x="${left}" width="${right}" height="20" fill="${colour}"/><g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11" text-anchor="middle"><text x="${left / 2}" y="14">data</text><text x="${left + right / 2}" y="14">${value}</text></g></svg>\n`;
}

function sentenceOf({ state, rows, issues }: BadgeFacts): string {
  const parts = [words[state]];
  if (rows !== null) parts.push(`${rows} ${rows === 1 ? 'row' : 'rows'}`);
  if (issues !== null) parts.push(issues === 0 ? 'valid' : `${issues} ${issues === 1 ? 'issue' : 'issues'}`);
  return parts.join(' · ');
}
