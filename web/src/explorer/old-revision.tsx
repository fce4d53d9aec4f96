import { Alert, Anchor } from '@mantine/core';
import { IconHistory } from '@tabler/icons-react';
import type { Dataset } from '../api/datasets.ts';
import type { View } from './view-state.ts';

interface OldRevisionProps {
  dataset: Dataset;
  view: View;
  onChange: (view: View) => void;
}

export function OldRevision({ dataset, view, onChange }: OldRevisionProps) {
  if (view.revision === undefined || view.revision === dataset.latest_revision) return null;
  return (
    <Alert color="grain" py={6} icon={<IconHistory aria-hidden />}>
      This is revision {view.revision}, as it was then. The latest is {dataset.latest_revision}.{' '}
      <Anchor component="button" fz="sm" onClick={() => onChange({ ...view, revision: undefined })}>
        Show the latest
      </Anchor>
    </Alert>
  );
}
