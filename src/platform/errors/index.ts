export { AppError, type AppErrorOptions, type ErrorDetail } from './app-error.ts';
export { problemOf } from './problem.ts';
export {
  invalidBody,
  invalidId,
  invalidParameter,
  malformedBody,
  missingParameter,
  parameterError,
  repeatedParameter,
  unknownParameter,
} from './request-errors.ts';
