import type { ErrorComponentProps } from '@tanstack/react-router';
import { Failure } from '../ui/failure.tsx';

export function PageFailure({ error, reset }: ErrorComponentProps) {
  return (
    <div className="page">
      <Failure error={error} retry={reset} />
    </div>
  );
}
