import type { CSSProperties, ReactNode } from 'react';

/** A wide table without links or fields in it: it scrolls sideways by itself, and the keyboard can reach it to do so. */
export function ScrollX({ label, style, children }: { label: string; style?: CSSProperties; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
    <section className="scroll-x" aria-label={label} tabIndex={0} {...(style === undefined ? {} : { style })}>
      {children}
    </section>
  );
}
