import { Text } from '@mantine/core';
import { compareLines, type DiffLine } from './compare-lines.ts';
import './flows.css';

const marks = { same: ' ', gone: '−', new: '+' };
const words = { same: '', gone: 'removed: ', new: 'added: ' };
const around = 3;

/** Changed lines with three around each; a sign and a hidden word say what the colour says. */
export function LineDiff({ before, after }: { before: string; after: string }) {
  if (before === after) {
    return (
      <Text fz="sm" c="dimmed">
        The same spec.
      </Text>
    );
  }
  const lines = compareLines(before.trimEnd().split('\n'), after.trimEnd().split('\n'));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard.
    <section className="diff" tabIndex={0} aria-label="Changed lines">
      {shorten(lines).map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines of a comparison never move.
        <div key={index} data-kind={line.kind}>
          {line.kind === 'skip' ? (
            `${line.count} unchanged lines`
          ) : (
            <>
              <span aria-hidden="true">{marks[line.kind]} </span>
              <span className="visually-hidden">{words[line.kind]}</span>
              {line.text}
            </>
          )}
        </div>
      ))}
    </section>
  );
}

type ShownLine = DiffLine | { kind: 'skip'; count: number };

function shorten(lines: DiffLine[]): ShownLine[] {
  const shown = new Set(
    lines.flatMap(({ kind }, index) =>
      kind === 'same' ? [] : Array.from({ length: 2 * around + 1 }, (_, step) => index - around + step),
    ),
  );
  const out: ShownLine[] = [];
  lines.forEach((line, index) => {
    const last = out.at(-1);
    if (shown.has(index)) out.push(line);
    else if (last?.kind === 'skip') last.count += 1;
    else out.push({ kind: 'skip', count: 1 });
  });
  return out;
}
