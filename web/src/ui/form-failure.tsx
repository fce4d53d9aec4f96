import { Button, Stack } from '@mantine/core';
import { Overtaken } from '../api/change-fields.ts';
import { Failure } from './failure.tsx';

interface FormFailureProps<Found> {
  error: unknown;
  /** Shows what it is now, with what was typed over it. */
  loadAnew: (now: Found) => void;
}

/** Why a form was not saved; where somebody else was quicker, the way on. */
export function FormFailure<Found>({ error, loadAnew }: FormFailureProps<Found>) {
  if (error === null) return null;
  return (
    <Stack gap={6} align="flex-start">
      <Failure error={error} />
      {error instanceof Overtaken && (
        <Button size="compact-sm" variant="default" onClick={() => loadAnew(error.now as Found)}>
          Load it anew, keep what I typed
        </Button>
      )}
    </Stack>
  );
}
