import { useQueryClient } from '@tanstack/react-query';
import { Problem } from '../api/problem.ts';
import { hasEnded, type Run, runQuery } from '../api/runs.ts';

/**
 * Waits for the run an answer names, if it names one, by its event stream. Throws the run's own error when it does not
 * succeed.
 */
export function useWhenRunEnds(): (answer: unknown) => Promise<void> {
  const queries = useQueryClient();
  return async (answer) => {
    const id = (answer as { run?: { id?: string } } | undefined)?.run?.id;
    if (id === undefined) return;
    await ended(id);
    const run = await queries.fetchQuery({ ...runQuery(id), staleTime: 0 });
    if (run.state !== 'succeeded') throw problemOf(run);
  };
}

function ended(id: string): Promise<void> {
  return new Promise((resolve) => {
    const source = new EventSource(`/api/v1/run/${id}/events`);
    const stop = () => {
      source.close();
      resolve();
    };
    source.addEventListener('end', stop);
    source.addEventListener('status', (event) => {
      if (hasEnded((JSON.parse(event.data) as Run).state)) stop();
    });
    source.addEventListener('error', () => {
      if (source.readyState === EventSource.CLOSED) stop();
    });
  });
}

const problemOf = (run: Run): Problem =>
  new Problem(400, run.error?.code ?? run.state, run.error?.message ?? `The run was ${run.state}.`, {
    hint: run.error?.hint,
  });
