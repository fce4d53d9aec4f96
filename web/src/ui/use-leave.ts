import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';

/**
 * Away from what has just been deleted. What was fetched of its kind counts as old before the way there, so that no list
 * shows it whatever becomes of the way, and is fetched again after it, when nobody asks for the thing itself any more.
 */
export function useLeave(kind: string): (to: string) => Promise<void> {
  const queries = useQueryClient();
  const navigate = useNavigate();
  return async (to) => {
    await queries.invalidateQueries({ queryKey: [kind], refetchType: 'none' });
    await navigate({ to: to as never });
    await queries.invalidateQueries({ queryKey: [kind] });
  };
}
