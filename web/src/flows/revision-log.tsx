import { Anchor, Group, Text } from '@mantine/core';
import { useMemo } from 'react';
import type { FlowNews } from './follow-flow.ts';

const connectionWords: Record<FlowNews['connection'], string> = {
  connecting: 'Connecting …',
  live: 'Live',
  lost: 'Connection lost, trying again …',
  ended: 'Complete',
};

interface RevisionLogProps {
  id: string;
  lines: string[];
  connection: FlowNews['connection'];
}

export function RevisionLog({ id, lines, connection }: RevisionLogProps) {
  const file = useMemo(() => `data:text/plain;charset=utf-8,${encodeURIComponent(lines.join('\n'))}`, [lines]);
  return (
    <div className="panel">
      <Group justify="space-between" px="sm" py={8} style={{ borderBottom: '1px solid var(--line)' }}>
        <Group gap="sm">
          <Text component="h2" fw={600} m={0}>
            Log
          </Text>
          <Text fz="sm" c="dimmed" role="status">
            {connectionWords[connection]}
          </Text>
        </Group>
        {lines.length > 0 && (
          <Anchor href={file} fz="sm" download={`${id.replaceAll('/', '-')}.log`}>
            Download
          </Anchor>
        )}
      </Group>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard. */}
      <section className="log" tabIndex={0} aria-label="Log lines">
        {lines.length === 0 && (
          <Text fz="sm" c="dimmed">
            {connection === 'ended' ? 'This revision said nothing.' : 'Nothing said yet.'}
          </Text>
        )}
        {lines.map((line, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines have no id; the list only ever grows.
          <div key={index}>{line}</div>
        ))}
      </section>
    </div>
  );
}
