import { Button, FileButton, Group, SimpleGrid, Stack, Text } from '@mantine/core';
import { IconChecklist, IconUpload } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useId, useMemo, useState } from 'react';
import { dryRunSpec, type UploadAnswer, uploadSpec } from '../api/flows.ts';
import { useMutation } from '../api/use-mutation.ts';
import { Failure } from '../ui/failure.tsx';
import { toastDone } from '../ui/toast.tsx';
import { addressOf, pageOf } from './flow-address.ts';
import { PlanPreview } from './plan-preview.tsx';
import { ScheduleHelper } from './schedule-helper.tsx';
import { SpecArea } from './spec-area.tsx';
import { SpecFaults } from './spec-faults.tsx';
import { faultsOf, readSpec, withSchedule } from './spec-text.ts';

/** Text first: what is read from it is shown beside it, and the server is asked only when somebody asks. */
export function SpecEditor({ initial }: { initial: string }) {
  const [text, setText] = useState(initial);
  /** The server's answer, and to which text. */
  const [judged, setJudged] = useState<{ text: string; answer: UploadAnswer }>();
  const spec = useMemo(() => readSpec(text), [text]);
  const hintId = useId();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const dryRun = useMutation({
    mutationFn: () => dryRunSpec(spec.value),
    onSuccess: (answer) => setJudged({ text, answer }),
  });
  const push = useMutation({
    mutationFn: () => uploadSpec(spec.value),
    onSuccess: async (answer) => {
      setJudged({ text, answer });
      if (!answer.success || answer.flow_id === null) return;
      await queries.invalidateQueries({ queryKey: ['flows'] });
      const { revision, ...address } = addressOf(answer.flow_id);
      toastDone(`Revision ${revision} is started.`);
      await navigate({ to: pageOf(address, `/${revision}`) as never });
    },
  });

  const answer = judged?.text === text ? judged.answer : undefined;
  const faults = [...spec.faults, ...(answer === undefined ? [] : faultsOf(answer.errors, spec))];
  const schedule =
    typeof spec.value === 'object' && spec.value !== null && 'schedule' in spec.value ? spec.value.schedule : undefined;
  const cannot = spec.value === undefined || dryRun.isPending || push.isPending;
  const error = dryRun.error ?? push.error;
  const plan = dryRun.data === answer ? dryRun.data?.plan : undefined;
  return (
    <Stack gap="md">
      <Group justify="space-between" gap="sm">
        <Text id={hintId} fz="sm" c="dimmed" style={{ flex: '1 1 240px' }}>
          YAML or JSON. Validate asks the server for every fault and the plan; nothing is started before Push.
        </Text>
        <Group gap="xs">
          <FileButton accept=".yaml,.yml,.json" onChange={(file) => void file?.text().then(setText)}>
            {(props) => (
              <Button {...props} variant="default" leftSection={<IconUpload size={16} aria-hidden />}>
                Open file
              </Button>
            )}
          </FileButton>
          <Button
            variant="default"
            leftSection={<IconChecklist size={16} aria-hidden />}
            disabled={cannot}
            loading={dryRun.isPending}
            onClick={() => dryRun.mutate()}
          >
            Validate
          </Button>
          <Button disabled={cannot} loading={push.isPending} onClick={() => push.mutate()}>
            Push
          </Button>
        </Group>
      </Group>
      {error !== null && <Failure error={error} />}
      <SpecFaults faults={faults} />
      <SpecArea text={text} onChange={setText} faults={faults} describedBy={hintId} />
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        <ScheduleHelper
          schedule={schedule}
          disabled={spec.value === undefined}
          onChange={(next) => setText(withSchedule(text, next))}
        />
      </SimpleGrid>
      {plan !== undefined && answer?.success && <PlanPreview flowId={plan.pipelines.at(-1)?.id ?? ''} plan={plan} />}
    </Stack>
  );
}
