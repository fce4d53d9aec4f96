import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { type FlowAddress, flowRevisionQuery, pathOf } from '../api/flows.ts';

export interface FlowNews {
  /** All lines said since the revision began. */
  lines: string[];
  connection: 'connecting' | 'live' | 'lost' | 'ended';
}

/**
 * Follows a revision that has not ended. Lines are gathered here; any other event makes the status be asked for again, at most
 * a few times a second, so that what is shown is always one answer of the server.
 */
export function useFlowEvents(address: FlowAddress, revision: string, ended: boolean): FlowNews {
  const queries = useQueryClient();
  const { owner, dataset } = address;
  const [news, setNews] = useState<FlowNews>({ lines: [], connection: 'connecting' });
  useEffect(() => {
    if (ended) return;
    setNews({ lines: [], connection: 'connecting' });
    const source = new EventSource(pathOf({ owner, dataset }, `/${revision}/events`));
    const { queryKey } = flowRevisionQuery({ owner, dataset }, revision);
    let waiting: ReturnType<typeof setTimeout> | undefined;
    const ask = () => {
      waiting ??= setTimeout(() => {
        waiting = undefined;
        void queries.invalidateQueries({ queryKey, exact: true });
      }, 250);
    };
    source.addEventListener('open', () => setNews((before) => ({ ...before, connection: 'live' })));
    source.addEventListener('log', (event) => {
      const { text } = JSON.parse(event.data) as { text: string };
      setNews((before) => ({ ...before, lines: [...before.lines, text] }));
    });
    for (const name of ['state', 'pipeline']) source.addEventListener(name, ask);
    source.addEventListener('end', () => {
      source.close();
      setNews((before) => ({ ...before, connection: 'ended' }));
      void queries.invalidateQueries({ queryKey: ['flows'] });
    });
    source.addEventListener('error', () => setNews((before) => ({ ...before, connection: 'lost' })));
    return () => {
      source.close();
      clearTimeout(waiting);
    };
  }, [owner, dataset, revision, ended, queries]);
  return ended ? { ...news, connection: 'ended' } : news;
}
