import { AppError } from '../platform/errors/index.ts';

export const endBeforeStart = () => {
  const message = 'end_date must not be before start_date';
  return new AppError(400, 'invalid_value', message, {
    errors: [{ pointer: '/end_date', code: 'invalid_value', message }],
  });
};
