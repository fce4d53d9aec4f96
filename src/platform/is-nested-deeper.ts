/** So many lists and objects within each other are read: what recurses over more runs out of stack. */
export const maxJsonDepth = 500;

/** Whether a JSON text has more than `levels` lists and objects within each other; told without parsing it. */
export function isNestedDeeper(text: string, levels = maxJsonDepth): boolean {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 34) i = endOfString(text, i);
    else if (code === 123 || code === 91) {
      if (++depth > levels) return true;
    } else if (code === 125 || code === 93) depth--;
  }
  return false;
}

/** Where the text in quotes ends that begins at `start`. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let escapes = 0;
    while (text[end - escapes - 1] === '\\') escapes++;
    if (escapes % 2 === 0) return end;
  }
  return text.length;
}
