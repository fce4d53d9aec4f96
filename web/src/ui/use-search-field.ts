import { useDebouncedValue } from '@mantine/hooks';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';

/** The text of a field whose options are searched for on the server; that of what is chosen is not a search. */
export function useSearched(chosen: readonly string[]) {
  const [typed, setTyped] = useState('');
  const [search] = useDebouncedValue(typed.trim(), 180);
  const isWords = (text: string) => text !== '' && !chosen.includes(text);
  return {
    typed,
    setTyped,
    words: isWords(search) ? search : '',
    hasWords: isWords(typed.trim()),
    isTyping: search !== typed.trim(),
  };
}

/**
 * Enter takes the first option that fits what is typed, as soon as it is there, so that field and choice never differ.
 * `isFresh`: the options are those of what is typed now.
 */
export function useTakeFirst({ hasWords, isFresh }: { hasWords: boolean; isFresh: boolean }) {
  const waiting = useRef<HTMLInputElement>(undefined);
  // After every drawing: the options of an answer stand there then, or a few frames later where the list just opens.
  useEffect(() => {
    let frame: number | undefined;
    const take = (framesLeft: number) => {
      const field = waiting.current;
      if (!isFresh || field === undefined) return;
      const list = optionsOf(field);
      if (list === null && framesLeft > 0) {
        frame = requestAnimationFrame(() => take(framesLeft - 1));
        return;
      }
      waiting.current = undefined;
      list?.querySelector<HTMLElement>('[role=option]')?.click();
    };
    take(60);
    return () => {
      if (frame !== undefined) cancelAnimationFrame(frame);
    };
  });
  const [, draw] = useState(0);
  return (event: KeyboardEvent<HTMLInputElement>) => {
    const field = event.currentTarget;
    waiting.current = undefined;
    const isMarked = optionsOf(field)?.querySelector('[data-combobox-selected]') != null;
    if (event.key !== 'Enter' || !hasWords || isMarked) return;
    event.preventDefault();
    waiting.current = field;
    draw((count) => count + 1);
  };
}

const optionsOf = (field: HTMLInputElement) => document.getElementById(field.getAttribute('aria-controls') ?? '');
