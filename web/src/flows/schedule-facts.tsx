import { List, Text } from '@mantine/core';
import { Fact } from '../ui/fact.tsx';
import { dateTime } from '../ui/format.ts';
import { nextRuns, readSchedule } from './schedule-words.ts';

interface ScheduleFactsProps {
  schedule: unknown;
  /** The server's own next run, where it has one. */
  scheduledFor?: string | null;
}

/** A schedule in words, and the next times it means; or what is wrong with it. */
export function ScheduleFacts({ schedule, scheduledFor = null }: ScheduleFactsProps) {
  const reading = readSchedule(schedule);
  if (reading.kind === 'none') return <Line>Runs only when somebody asks for it: the spec has no schedule.</Line>;
  if (reading.kind === 'wrong') return <Line problem>{reading.problem}</Line>;
  const due = scheduledFor === null ? undefined : new Date(scheduledFor);
  const runs = nextRuns(reading, due, new Date());
  return (
    <div style={{ marginTop: 12 }}>
      <Fact label="Schedule">{reading.words}</Fact>
      <Text fz="sm" c="dimmed" mt={4}>
        {due === undefined && reading.kind === 'every' ? 'Next runs, if pushed now:' : 'Next runs:'}
      </Text>
      <List fz="sm" size="sm" className="numbers" aria-label="Next runs">
        {runs.map((run) => (
          <List.Item key={run.getTime()}>{dateTime(run.toISOString())}</List.Item>
        ))}
      </List>
    </div>
  );
}

function Line({ children, problem = false }: { children: string; problem?: boolean }) {
  return (
    <Text fz="sm" mt={12} c={problem ? 'var(--ink-error)' : 'dimmed'}>
      {children}
    </Text>
  );
}
