import { Anchor, Group, Switch, Text } from '@mantine/core';
import { useLayoutEffect, useRef, useState } from 'react';
import { plural } from '../ui/format.ts';
import type { Followed, LogLine } from './follow-run.ts';

const connectionWords = {
  connecting: 'Connecting …',
  live: 'Live',
  lost: 'Connection lost, trying again …',
  ended: 'Complete',
};

export function RunLog({ runId, followed }: { runId: string; followed: Followed }) {
  const [stick, setStick] = useState(true);
  const box = useRef<HTMLElement>(null);
  const { lines, dropped, connection } = followed;
  // biome-ignore lint/correctness/useExhaustiveDependencies: each new line moves the view.
  useLayoutEffect(() => {
    if (stick && box.current !== null) box.current.scrollTop = box.current.scrollHeight;
  }, [lines, stick]);
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
        <Group gap="md">
          <Switch
            size="xs"
            label="Follow"
            checked={stick}
            onChange={(event) => setStick(event.currentTarget.checked)}
          />
          <Anchor href={`/api/v1/run/${runId}/log?format=text`} fz="sm" download={`run-${runId}.log`}>
            Download
          </Anchor>
        </Group>
      </Group>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard. */}
      <section ref={box} className="log" tabIndex={0} aria-label="Log lines">
        {dropped > 0 && <Text fz="xs" c="dimmed">{`${plural(dropped, 'earlier line')} not shown here`}</Text>}
        {lines.length === 0 && (
          <Text fz="sm" c="dimmed">
            {connection === 'ended' ? 'This run said nothing.' : 'Nothing said yet.'}
          </Text>
        )}
        {lines.map((line) => (
          <Line key={line.id} line={line} />
        ))}
      </section>
    </div>
  );
}

const clock = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' });

function Line({ line }: { line: LogLine }) {
  return (
    <div data-level={line.level}>
      <time dateTime={line.at}>{clock.format(new Date(line.at))}</time>
      {line.level !== 'info' && line.level !== 'debug' && <strong>{line.level} </strong>}
      {line.text}
    </div>
  );
}
