import { useQuery } from '@tanstack/react-query';
import type { Dashboard } from '../api/charts.ts';
import type { Code, SourceDocument } from '../api/documents.ts';
import { explainQuery, ownRightsQuery, reachesBelowQuery } from '../api/places.ts';
import { sessionQuery } from '../api/session.ts';
import { useIsAdmin } from './use-is-admin.ts';

export interface May {
  /** Enter values and upload, at least somewhere. */
  capture: boolean;
  /** Look after places, at least somewhere. */
  manage: boolean;
  /** Take it back, and say how it is read. */
  change: (document: SourceDocument) => boolean;
  /** Say what a code of the document means. */
  decide: (code: Code, document: SourceDocument) => boolean;
  /** Change it and the charts on it. */
  arrange: (dashboard: Dashboard) => boolean;
}

/**
 * What follows from one's role, the places one is responsible for and the documents one sent. What is offered follows
 * it; the server decides. Until it is known, nothing is offered.
 */
export function useMay(): May {
  const isAdmin = useIsAdmin();
  const own = useOwnRights();
  const has = (...rights: string[]) => isAdmin || own?.places.some(({ right }) => rights.includes(right)) === true;
  const manage = has('manage');
  const sent = (document: SourceDocument) => own !== undefined && document.created_by_id === own.user_id;
  return {
    capture: has('capture', 'manage'),
    manage,
    change: (document) => isAdmin || sent(document),
    decide: (code, document) =>
      isAdmin || (code.content_type === 'location' && (code.master_object_id > 0 ? manage : sent(document))),
    arrange: (dashboard) => isAdmin || (own !== undefined && dashboard.created_by_id === own.user_id),
  };
}

/** Of an administrator nothing of the kind is asked. */
function useOwnRights() {
  const user = useQuery(sessionQuery).data?.user;
  return useQuery({ ...ownRightsQuery(user), enabled: user?.role === 'USER' }).data;
}

/** Whether one may enter values for the place or some place below it; true until the opposite is known. */
export function useMayEnter(place: number): boolean {
  const isAdmin = useIsAdmin();
  const own = useOwnRights();
  const isGranted = useQuery({ ...explainQuery(place), enabled: !isAdmin }).data?.capture.granted;
  const tops = (own?.places ?? []).flatMap((one) => (one.right === 'view' ? [] : [one.top_lvl_location_id]));
  const reaches = useQuery({ ...reachesBelowQuery(place, tops), enabled: isGranted === false && tops.length > 0 }).data;
  if (isAdmin || isGranted !== false || own === undefined) return true;
  return tops.length > 0 && reaches !== false;
}
