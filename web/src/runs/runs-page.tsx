import { SegmentedControl } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Page } from '../ui/page.tsx';
import { RunList } from './run-list.tsx';

const open = 'queued,starting,running,cancelling';
const choices = [
  { label: 'All', value: '' },
  { label: 'Open', value: open },
  { label: 'Succeeded', value: 'succeeded' },
  { label: 'Failed', value: 'failed' },
];

export function RunsPage() {
  const { state = '' } = useSearch({ strict: false }) as { state?: string };
  const navigate = useNavigate();
  return (
    <Page title="Runs" about="Everything that takes time: what it does, how far it is, what it said.">
      <SegmentedControl
        aria-label="Which runs"
        data={choices}
        value={state}
        onChange={(value) => void navigate({ to: '.', search: { state: value } as never, replace: true })}
        mb="sm"
        size="xs"
      />
      <RunList filter={state === '' ? {} : { state__in: state }} />
    </Page>
  );
}
