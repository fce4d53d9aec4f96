import { AppError } from '../platform/errors/index.ts';

/** Contract scripts §4.1: every 401 has these keys, whatever else it says. */
function unauthorized(code: string, detail: string, extra: Record<string, unknown> = {}): AppError {
  return new AppError(401, code, detail, {
    headers: { 'www-authenticate': 'Bearer realm="Login Required"' },
    extra: { error: code, status_code: 401, description: detail, ...extra },
  });
}

export const authorizationRequired = () =>
  unauthorized('authorization_required', 'Authorization token required', {
    description: 'Request does not contain an access token',
  });
export const invalidToken = () => unauthorized('invalid_token', 'Invalid token');
export const tokenExpired = () =>
  unauthorized('token_expired', 'Token has expired', { description: 'Signature has expired' });
export const tokenRevoked = () => unauthorized('token_revoked', 'Token has been revoked');
export const accountGone = () => unauthorized('invalid_token', 'User does not exist');
export const invalidCredentials = () =>
  unauthorized('invalid_credentials', 'Bad username or password', { description: 'Invalid credentials' });
export const accountLocked = (text: string, minutesRemaining: number, requiresPasswordReset: boolean) =>
  unauthorized('account_locked', text, {
    minutes_remaining: minutesRemaining,
    requires_password_reset: requiresPasswordReset,
  });
export const invalidRefreshToken = () => unauthorized('invalid_refresh_token', 'Invalid or expired refresh token');
export const wrongCurrentPassword = () => unauthorized('invalid_current_password', 'Invalid current password');

export const badRequest = (detail: string) =>
  new AppError(400, 'bad_request', detail, { extra: { error: 'bad_request' } });
export const forbidden = (detail = 'Forbidden') => new AppError(403, 'forbidden', detail);
export const insufficientScope = (scope: string) =>
  new AppError(403, 'insufficient_scope', `Insufficient scope. Required: ${scope}`);
export const tokenNarrowed = (detail: string) => new AppError(403, 'token_narrowed', detail);
export const csrfTokenRequired = () =>
  new AppError(403, 'csrf_token_required', 'A write with the session cookie needs its X-CSRF-Token header.', {
    hint: 'Send the value of the cookie csrftoken, or of csrf_token in GET /api/v1/session, as X-CSRF-Token.',
  });
export const recentLoginRequired = () => new AppError(403, 'recent_login_required', 'Recent login required');
export const weakPassword = (detail: string) => new AppError(422, 'weak_password', detail);
export const userNotFound = (given: string) => new AppError(404, 'not_found', `User with id ${given} does not exist`);
export const noSuchMember = (given: string) =>
  new AppError(400, 'reference_not_found', `user_id ${given} does not exist`, {
    errors: [{ pointer: '/user_id', code: 'reference_not_found', message: `user_id ${given} does not exist` }],
  });
export const sessionNotFound = () => new AppError(404, 'not_found', 'Session not found');
export const serviceClientNotFound = () => new AppError(404, 'not_found', 'Service client not found');
export const invalidResetToken = () =>
  new AppError(404, 'invalid_reset_token', 'Invalid or expired password reset token');
export const emailTaken = (email: string) =>
  new AppError(400, 'email_taken', `User with email ${email} already exists`, { extra: { error: 'bad_request' } });
export const usernameTaken = (username: string) =>
  new AppError(409, 'username_taken', `User with username ${username} already exists`);
export const projectNotFound = (given: string) =>
  new AppError(404, 'project_not_found', `project with id ${given} does not exist`);
export const slugTaken = (slug: string) =>
  new AppError(409, 'duplicate', `key: "slug" with value: "${slug}" already exists`);
export const lastOwner = () =>
  new AppError(409, 'last_owner', 'The last owner of a project cannot be removed or given another role.');
export const lastSuperadmin = () =>
  new AppError(403, 'last_superadmin', 'The last active SUPERADMIN cannot be deleted or demoted.');
export const signingKeyUnreadable = () =>
  new Error('GRANARY_SECRET is not the one the signing keys of this database were sealed with');
export const noRateLimit = (identifier: string) =>
  new AppError(404, 'not_found', `No rate limit found for identifier: ${identifier}`);
export const oidcNotConfigured = () => new AppError(404, 'not_found', 'Not Found');
export const oidcFailed = (reason: string) =>
  new AppError(401, 'oidc_failed', `The sign-in at the provider did not succeed: ${reason}.`);
export const oidcUnavailable = () =>
  new AppError(503, 'oidc_unavailable', 'The sign-in provider cannot be reached at the moment.', {
    headers: { 'retry-after': '10' },
  });
export const oidcAccountExists = () =>
  new AppError(403, 'oidc_account_exists', 'There is an account with this e-mail that is not linked to the provider.');
