import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import {
  acceptSuggestions,
  type CodeFilter,
  decideCodes,
  ignoreOpenCodes,
  sureSuggestionsQuery,
} from '../api/documents.ts';
import { useMutation } from '../api/use-mutation.ts';
import { count, plural } from '../ui/format.ts';
import { toastDone, toastProblem } from '../ui/toast.tsx';
import { useRefreshDocuments } from './use-decide.ts';

export function AcceptSure({ documentId }: { documentId: number }) {
  const refresh = useRefreshDocuments();
  const fitting = useQuery(sureSuggestionsQuery(documentId)).data ?? 0;
  const accept = useMutation({
    mutationFn: () => acceptSuggestions(documentId),
    onError: toastProblem,
    onSuccess: async ({ objects }) => {
      await refresh();
      toastDone(`${plural(objects.length, 'code')} mapped.`, async () => {
        await decideCodes(
          'unmap',
          objects.map(({ id }) => id),
        );
        await refresh();
      });
    },
  });
  if (fitting < 2) return null;
  return (
    <Button size="compact-sm" variant="light" loading={accept.isPending} onClick={() => accept.mutate()}>
      Accept {plural(fitting, 'sure suggestion')}
    </Button>
  );
}

interface IgnoreProps {
  documentId: number;
  filter: CodeFilter;
  /** How many the filter finds, those not drawn included. */
  total: number;
  isAll: boolean;
}

export function IgnoreFound({ documentId, filter, total, isAll }: IgnoreProps) {
  const refresh = useRefreshDocuments();
  const ignore = useMutation({
    mutationFn: () => ignoreOpenCodes(documentId, filter),
    onError: toastProblem,
    onSuccess: async (ids) => {
      await refresh();
      toastDone(`${plural(ids.length, 'code')} said to be no data.`, async () => {
        await decideCodes('restore', ids);
        await refresh();
      });
    },
  });
  return (
    <Button
      size="compact-sm"
      variant="subtle"
      color="gray"
      loading={ignore.isPending}
      onClick={() => ignore.mutate()}
    >{`None of ${isAll ? 'all' : 'these'} ${count(total)} is data`}</Button>
  );
}
