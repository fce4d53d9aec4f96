import { Select } from '@mantine/core';
import { Section } from '../ui/section.tsx';
import { ScheduleFacts } from './schedule-facts.tsx';

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;

const presets = [
  { value: '', label: 'Only when asked for' },
  { value: 'every 1h', label: 'Every hour' },
  { value: 'every 1d', label: 'Every day' },
  { value: 'every 1w', label: 'Every week' },
  { value: `cron 0 6 * * * ${zone}`, label: 'Every morning at six' },
  { value: `cron 0 6 * * 1 ${zone}`, label: 'Every Monday at six' },
  { value: `cron 0 6 1 * * ${zone}`, label: 'On the first of each month at six' },
];

interface ScheduleHelperProps {
  schedule: unknown;
  disabled: boolean;
  onChange: (schedule: string | undefined) => void;
}

/** What the schedule in the text means; a choice here is written into the text. */
export function ScheduleHelper({ schedule, disabled, onChange }: ScheduleHelperProps) {
  const written = typeof schedule === 'string' ? schedule.trim() : '';
  const own = presets.some(({ value }) => value === written)
    ? []
    : [{ value: written, label: `As written: ${written}` }];
  return (
    <Section title="Schedule">
      <Select
        label="How often"
        data={[...presets, ...own]}
        value={written}
        disabled={disabled}
        allowDeselect={false}
        onChange={(value) => onChange(value === '' || value === null ? undefined : value)}
      />
      <ScheduleFacts schedule={schedule} />
    </Section>
  );
}
