import { type ShouldBlockFn, useBlocker } from '@tanstack/react-router';
import { type ReactNode, useEffect, useState } from 'react';
import { Confirm } from './confirm.tsx';

interface KeepOptions {
  /** Asked at the moment somebody leaves. */
  isTyped: () => boolean;
  /** Whether this way loses it; unset: every way does. */
  loses?: ShouldBlockFn;
  /** Waited for before `isTyped` is asked: what is being saved may be saved by then. */
  settled?: () => Promise<unknown>;
}

interface Kept {
  /** To be drawn where the hook is used. */
  question: ReactNode;
  isAsking: boolean;
  /** Does it at once when nothing is typed, else when the answer is to go. */
  leave: (go: () => void) => void;
}

/** What is typed and not saved is not lost without a question: by a link, Back, a reload, or closing what it stands in. */
export function useKeepTyped({ isTyped, loses = () => true, settled }: KeepOptions): Kept {
  // In a list, as a function by itself is what the state would be made with.
  const [[waiting], setWaiting] = useState<(() => void)[]>([]);
  const way = useBlocker({
    shouldBlockFn: async (where) => {
      if (!(await loses(where))) return false;
      await settled?.();
      return isTyped();
    },
    enableBeforeUnload: isTyped,
    withResolver: true,
  });
  // Nobody chose this way: the session ended. What is typed stays, and says at the next save where to sign in.
  const isLed = way.status === 'blocked' && way.next.pathname === '/sign-in' && 'next' in way.next.search;
  const { reset } = way;
  useEffect(() => {
    if (isLed) reset?.();
  }, [isLed, reset]);
  const isAsking = (way.status === 'blocked' && !isLed) || waiting !== undefined;
  const stay = () => {
    way.reset?.();
    setWaiting([]);
  };
  const go = () => {
    way.proceed?.();
    waiting?.();
    setWaiting([]);
  };
  const question = (
    <Confirm opened={isAsking} close={stay} title="Not saved yet" action="Go without saving" onConfirm={go}>
      What you typed here is not saved, and is lost when you go.
    </Confirm>
  );
  return { question, isAsking, leave: (then) => (isTyped() ? setWaiting([then]) : then()) };
}
