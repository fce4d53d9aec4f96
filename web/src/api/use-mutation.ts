import {
  hashKey,
  type UseMutateFunction,
  type UseMutationOptions,
  type UseMutationResult,
  useMutation as useAnyMutation,
} from '@tanstack/react-query';
import { useRef } from 'react';

/**
 * As the library's; but what is asked for again while it is being done, what follows it included, is done once. The
 * second click of a double click may come before the button is drawn as busy.
 */
export function useMutation<Data = unknown, Failure = Error, Variables = void>(
  options: UseMutationOptions<Data, Failure, Variables>,
): UseMutationResult<Data, Failure, Variables> {
  const underway = useRef<(Variables | undefined)[]>([]);
  const mutation = useAnyMutation<Data, Failure, Variables>({
    ...options,
    onSettled: async (data, error, variables, ...more) => {
      try {
        await options.onSettled?.(data, error, variables, ...more);
      } finally {
        underway.current = underway.current.filter((one) => !same(one, variables));
      }
    },
  });
  const mutate: UseMutateFunction<Data, Failure, Variables> = (...given) => {
    if (underway.current.some((one) => same(one, given[0]))) return;
    underway.current = [...underway.current, given[0]];
    mutation.mutate(...given);
  };
  return { ...mutation, mutate } as UseMutationResult<Data, Failure, Variables>;
}

/** A file is only the same as itself; anything else is what it says. */
const same = (one: unknown, other: unknown): boolean =>
  one === other || (!(one instanceof Blob) && !(other instanceof Blob) && hashKey([one]) === hashKey([other]));
