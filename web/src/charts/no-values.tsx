import { Alert } from '@mantine/core';

export function NoValues() {
  return (
    <Alert color="gray" title="No values">
      Nothing is stored or calculated for these indicators, places and periods, or none of it is yours to see.
    </Alert>
  );
}
