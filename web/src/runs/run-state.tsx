import { Badge, Progress } from '@mantine/core';
import {
  type Icon,
  IconAlertTriangle,
  IconBan,
  IconCircleCheck,
  IconClock,
  IconHourglassHigh,
  IconPlayerPlay,
} from '@tabler/icons-react';
import { hasEnded, type Run, type RunState } from '../api/runs.ts';

const looks: Record<RunState, { color: string; icon: Icon }> = {
  queued: { color: 'gray', icon: IconClock },
  starting: { color: 'blue', icon: IconHourglassHigh },
  running: { color: 'blue', icon: IconPlayerPlay },
  cancelling: { color: 'grain', icon: IconHourglassHigh },
  succeeded: { color: 'leaf', icon: IconCircleCheck },
  failed: { color: 'red', icon: IconAlertTriangle },
  cancelled: { color: 'gray', icon: IconBan },
};

/** Word, sign and colour: never the colour alone. */
export function RunBadge({ state }: { state: RunState }) {
  const { color, icon: Sign } = looks[state];
  return (
    <Badge color={color} leftSection={<Sign size={12} aria-hidden />} miw="max-content">
      {state}
    </Badge>
  );
}

export function RunProgress({ run }: { run: Run }) {
  if (hasEnded(run.state)) return null;
  const label = run.step === null ? 'Progress' : `Progress: ${run.step}`;
  return (
    <Progress.Root size="sm">
      <Progress.Section value={run.progress} animated={run.state === 'running'} aria-label={label} />
    </Progress.Root>
  );
}
