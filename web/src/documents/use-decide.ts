import { useQueryClient } from '@tanstack/react-query';
import { type Code, changeCode } from '../api/documents.ts';
import { useMutation } from '../api/use-mutation.ts';
import { toastDone, toastProblem } from '../ui/toast.tsx';

/** A master object; −1 opens the code again. */
export type Decision = number | 'ignore';

/** What is derived from codes is asked for again; the derivation itself follows within seconds. */
export function useRefreshDocuments(): () => Promise<unknown> {
  const queries = useQueryClient();
  return () => Promise.all(['documents', 'values'].map((key) => queries.invalidateQueries({ queryKey: [key] })));
}

export function useDecide() {
  const refresh = useRefreshDocuments();
  return useMutation({
    mutationFn: ({ code, master }: { code: Code; master: Decision }) =>
      changeCode(code.id, master === 'ignore' ? { is_ignored: true } : { master_object_id: master, is_ignored: false }),
    onError: toastProblem,
    onSuccess: async (saved, { code, master }) => {
      await refresh();
      const meaning = master === 'ignore' ? 'no data' : (saved.master_object_name ?? 'open again');
      toastDone(`“${code.source_object_code}” is ${meaning}.`, async () => {
        await changeCode(code.id, { master_object_id: code.master_object_id, is_ignored: code.is_ignored });
        await refresh();
      });
    },
  });
}
