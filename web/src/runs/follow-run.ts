import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { hasEnded, type Run, runQuery } from '../api/runs.ts';

export interface LogLine {
  id: number;
  at: string;
  level: string;
  text: string;
}

export interface Followed {
  lines: LogLine[];
  /** Lines that came before those kept. */
  dropped: number;
  connection: 'connecting' | 'live' | 'lost' | 'ended';
}

/** The page stays quick with a million lines: the newest of them are shown, all of them can be downloaded. */
const keptLines = 5000;

/**
 * Log and state of a run as they happen. The browser's EventSource reconnects by itself with Last-Event-ID, so nothing
 * is missed or shown twice; events of state go into the query cache, where every page reads them.
 */
export function useFollowedRun(id: string): Followed {
  const queries = useQueryClient();
  const [followed, setFollowed] = useState<Followed>({ lines: [], dropped: 0, connection: 'connecting' });
  useEffect(() => {
    setFollowed({ lines: [], dropped: 0, connection: 'connecting' });
    const source = new EventSource(`/api/v1/run/${id}/events`);
    const queue: LogLine[] = [];
    let frame = 0;
    const flush = () => {
      frame = 0;
      const fresh = queue.splice(0);
      setFollowed((before) => withLines(before, fresh));
    };
    source.addEventListener('open', () => setFollowed((before) => ({ ...before, connection: 'live' })));
    source.addEventListener('log', (event) => {
      queue.push(JSON.parse(event.data) as LogLine);
      // A frame, not an event, is the unit of drawing: a chatty run sends thousands of lines a second.
      if (frame === 0) frame = requestAnimationFrame(flush);
    });
    const changed = (event: MessageEvent<string>) => {
      const part = JSON.parse(event.data) as Partial<Run>;
      queries.setQueryData(runQuery(id).queryKey, (run) => (run === undefined ? undefined : { ...run, ...part }));
    };
    source.addEventListener('status', changed);
    source.addEventListener('progress', changed);
    source.addEventListener('end', () => {
      source.close();
      setFollowed((before) => ({ ...before, connection: 'ended' }));
      void queries.invalidateQueries({ queryKey: ['runs'] });
    });
    source.addEventListener('error', () => {
      const run = queries.getQueryData(runQuery(id).queryKey);
      if (run !== undefined && hasEnded(run.state)) source.close();
      else setFollowed((before) => ({ ...before, connection: 'lost' }));
    });
    return () => {
      source.close();
      cancelAnimationFrame(frame);
    };
  }, [id, queries]);
  return followed;
}

function withLines(before: Followed, fresh: LogLine[]): Followed {
  const last = before.lines.at(-1)?.id ?? -1;
  const all = [...before.lines, ...fresh.filter((line) => line.id > last)];
  const dropped = Math.max(0, all.length - keptLines);
  return { ...before, lines: all.slice(dropped), dropped: before.dropped + dropped };
}
