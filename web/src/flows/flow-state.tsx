import { Badge } from '@mantine/core';
import { type Icon, IconAlertTriangle, IconCircleCheck, IconClock, IconPlayerPlay } from '@tabler/icons-react';
import type { FlowState } from '../api/flows.ts';

const looks: Record<FlowState, { color: string; icon: Icon; words: string }> = {
  QUEUED: { color: 'gray', icon: IconClock, words: 'queued' },
  INPROGRESS: { color: 'blue', icon: IconPlayerPlay, words: 'running' },
  SUCCEEDED: { color: 'leaf', icon: IconCircleCheck, words: 'succeeded' },
  FAILED: { color: 'red', icon: IconAlertTriangle, words: 'failed' },
};

export const stateWords = (state: FlowState): string => looks[state].words;

/** Word, sign and colour: never the colour alone. */
export function FlowBadge({ state }: { state: FlowState }) {
  const { color, icon: Sign, words } = looks[state];
  return (
    <Badge color={color} leftSection={<Sign size={12} aria-hidden />} style={{ flexShrink: 0 }}>
      {words}
    </Badge>
  );
}

export function FlowSign({ state }: { state: FlowState }) {
  const { color, icon: Sign } = looks[state];
  const shade = color === 'gray' ? 'var(--muted)' : `var(--mantine-color-${color}-light-color)`;
  return <Sign size={16} aria-hidden style={{ flexShrink: 0, color: shade }} />;
}
