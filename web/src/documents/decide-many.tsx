import { Button } from '@mantine/core';
import { acceptSuggestions, type Code, decideCodes } from '../api/documents.ts';
import { useMutation } from '../api/use-mutation.ts';
import { plural } from '../ui/format.ts';
import { toastDone, toastProblem } from '../ui/toast.tsx';
import { useRefreshDocuments } from './use-decide.ts';

/** Sure enough to be taken without a look at each. */
const sure = 0.8;

export function AcceptSure({ documentId, codes }: { documentId: number; codes: Code[] }) {
  const refresh = useRefreshDocuments();
  const fitting = codes.filter(({ suggestions: [first] }) => first !== undefined && first.score >= sure).length;
  const accept = useMutation({
    mutationFn: () => acceptSuggestions(documentId, sure),
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

export function IgnoreShown({ codes, isAll }: { codes: Code[]; isAll: boolean }) {
  const refresh = useRefreshDocuments();
  const ids = codes.map(({ id }) => id);
  const ignore = useMutation({
    mutationFn: () => decideCodes('ignore', ids),
    onError: toastProblem,
    onSuccess: async () => {
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
    >{`None of ${isAll ? 'all' : 'these'} ${ids.length} is data`}</Button>
  );
}
