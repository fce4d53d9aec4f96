import type { SpecFault } from './spec-text.ts';
import './flows.css';

interface SpecAreaProps {
  text: string;
  onChange: (text: string) => void;
  faults: SpecFault[];
  describedBy: string;
}

/** A plain text field beside its line numbers: Tab leaves it, the browser's own undo and search work in it. */
export function SpecArea({ text, onChange, faults, describedBy }: SpecAreaProps) {
  const lines = text.split('\n');
  const wrong = new Set(faults.map(({ line }) => line));
  const longest = lines.reduce((length, line) => Math.max(length, line.length), 0);
  return (
    <div className="panel spec-editor">
      <div className="spec-lines" aria-hidden="true">
        {lines.map((_, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a line is its number.
          <div key={index} data-wrong={wrong.has(index + 1)}>
            {index + 1}
          </div>
        ))}
      </div>
      <textarea
        id="spec-text"
        aria-label="Spec, as YAML or JSON"
        aria-describedby={describedBy}
        aria-invalid={faults.length > 0}
        wrap="off"
        spellCheck={false}
        autoCapitalize="off"
        autoCorrect="off"
        rows={lines.length}
        // The field grows with its longest line, so that the box around it is the only thing that scrolls.
        style={{ minWidth: `calc(${longest + 2}ch + 24px)` }}
        value={text}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
    </div>
  );
}

/** Puts the cursor into a line, and the line into sight. */
export function goToLine(line: number): void {
  const area = document.getElementById('spec-text');
  if (!(area instanceof HTMLTextAreaElement)) return;
  const lines = area.value.split('\n');
  const start = lines.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0);
  area.focus({ preventScroll: true });
  area.setSelectionRange(start, start + (lines[line - 1]?.length ?? 0));
  area.parentElement?.scrollTo({ top: Math.max(0, (line - 4) * 20) });
}
