import { CommandError, exitCodes } from '../errors.ts';
import { ask, type Io, readStdin } from '../io.ts';
import { connectTo, request } from './connect.ts';
import { forgetLogin, keepLogin, type Login } from './keep-login.ts';

export interface LoginFlags {
  url: string;
  email?: string;
  passwordStdin?: boolean;
  tokenStdin?: boolean;
}

/** Asks for what was not given, signs in, and keeps the tokens where only this user reads them. */
export async function logIn(io: Io, flags: LoginFlags): Promise<{ url: string; username: string }> {
  const url = flags.url.replace(/\/+$/, '');
  const login = flags.tokenStdin ? { url, accessToken: await readStdin(io) } : await withPassword(io, url, flags);
  const me = await connectTo(login).json<{ data: { name: string; email: string } }>('GET', '/api/v1/user/me');
  await keepLogin({ ...login, username: me.data.email });
  return { url, username: me.data.email };
}

async function withPassword(io: Io, url: string, flags: LoginFlags): Promise<Login> {
  const email = flags.email ?? (await askFor(io, 'E-mail: ', '--email'));
  const password = flags.passwordStdin ? await readStdin(io) : await askFor(io, 'Password: ', '--password-stdin', true);
  const answer = await request({ url, accessToken: '' }, 'POST', '/auth', { json: { email, password } });
  const body = (await answer.json()) as {
    access_token: string;
    refresh_token: string;
    expires_in: number;
    detail?: string;
  };
  if (!answer.ok) throw new CommandError(body.detail ?? 'sign-in refused');
  return {
    url,
    accessToken: body.access_token,
    refreshToken: body.refresh_token,
    expiresAt: Date.now() / 1000 + body.expires_in,
  };
}

async function askFor(io: Io, question: string, flag: string, hidden = false): Promise<string> {
  if (!io.interactive) throw new CommandError(`${flag} is needed where nobody can be asked`, exitCodes.usage);
  return ask(io, question, { hidden });
}

/** Ends the session on the server where it can be reached, and forgets it here in any case. */
export async function logOut(login: Login | undefined): Promise<void> {
  if (login !== undefined)
    await request(login, 'POST', '/auth/logout', { json: { refresh_token: login.refreshToken } }).catch(
      () => undefined,
    );
  await forgetLogin();
}
