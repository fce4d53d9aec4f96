export { AppError, type AppErrorOptions, type ErrorDetail } from './app-error.ts';
export { problemOf } from './problem.ts';
