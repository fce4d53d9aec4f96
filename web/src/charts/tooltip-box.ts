/** More lines than this would leave the screen. */
const shownAtMost = 12;

export interface TooltipLine {
  colour: string;
  name: string;
  value: string;
}

/** Made of elements and not of HTML: names are what people and files wrote. */
export function tooltipBox(title: string, lines: readonly TooltipLine[], notes: readonly string[] = []): HTMLElement {
  const box = document.createElement('div');
  box.style.cssText = 'max-width: 320px; white-space: normal; overflow-wrap: anywhere';
  box.append(textOf('div', title, 'font-weight: 600; margin-bottom: 2px'));
  for (const { colour, name, value } of lines.slice(0, shownAtMost)) {
    const line = document.createElement('div');
    line.style.cssText = 'display: flex; gap: 8px; align-items: baseline';
    const dot = textOf('span', '', `width: 9px; height: 9px; border-radius: 50%; flex: none; background: ${colour}`);
    line.append(dot, textOf('span', name, 'flex: 1'), textOf('b', value, 'white-space: nowrap'));
    box.append(line);
  }
  const more = lines.length - shownAtMost;
  if (more > 0) box.append(textOf('div', `and ${more} more; the table has all`, 'opacity: 0.75; margin-top: 2px'));
  for (const note of notes) box.append(textOf('div', `* ${note}`, 'opacity: 0.8; margin-top: 2px'));
  return box;
}

function textOf(tag: string, text: string, style = ''): HTMLElement {
  const element = document.createElement(tag);
  element.textContent = text;
  element.style.cssText = style;
  return element;
}
