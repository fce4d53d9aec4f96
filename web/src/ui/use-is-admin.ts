import { useQuery } from '@tanstack/react-query';
import { sessionQuery } from '../api/session.ts';

/** Who may change indicators, campaigns and the roots of the tree. What is offered follows it; the server decides. */
export const useIsAdmin = (): boolean => (useQuery(sessionQuery).data?.user?.role ?? 'USER') !== 'USER';
