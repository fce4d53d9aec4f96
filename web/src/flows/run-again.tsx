import { Button } from '@mantine/core';
import { IconPlayerPlay } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type FlowAddress, flowRevisionQuery, uploadSpec } from '../api/flows.ts';
import { useMutation } from '../api/use-mutation.ts';
import { toastDone, toastProblem } from '../ui/toast.tsx';
import { addressOf, pageOf } from './flow-address.ts';

/** A new revision of the newest accepted spec. */
export function RunAgain({ address }: { address: FlowAddress }) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const run = useMutation({
    mutationFn: async () => {
      const newest = await queries.fetchQuery({ ...flowRevisionQuery(address, 'latest'), staleTime: 0 });
      const answer = await uploadSpec(newest.spec_contents);
      if (answer.flow_id === null || !answer.success) throw new Error(answer.errors.join(' · '));
      return answer.flow_id;
    },
    onError: toastProblem,
    onSuccess: async (flowId) => {
      await queries.invalidateQueries({ queryKey: ['flows'] });
      const { revision } = addressOf(flowId);
      toastDone(`Revision ${revision} is started.`);
      await navigate({ to: pageOf(address, `/${revision}`) as never });
    },
  });
  return (
    <Button leftSection={<IconPlayerPlay size={16} aria-hidden />} loading={run.isPending} onClick={() => run.mutate()}>
      Run now
    </Button>
  );
}
