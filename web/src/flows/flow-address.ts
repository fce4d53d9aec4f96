import { useParams } from '@tanstack/react-router';
import type { FlowAddress } from '../api/flows.ts';

export function useFlowAddress(): FlowAddress {
  const { owner, dataset } = useParams({ strict: false }) as { owner: string; dataset: string };
  return { owner, dataset };
}

/** A number, `latest` or `successful`. */
export const useFlowRevision = (): string => useParams({ strict: false }).revision as string;

export const pageOf = ({ owner, dataset }: FlowAddress, rest = ''): string =>
  `/flow/${encodeURIComponent(owner)}/${encodeURIComponent(dataset)}${rest}`;

/** `me/rivers/3`: owner, dataset and, of a revision, its number. */
export function addressOf(id: string): FlowAddress & { revision: string | undefined } {
  const [owner = '', dataset = '', revision] = id.split('/');
  return { owner, dataset, revision };
}
