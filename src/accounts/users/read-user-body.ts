import { badRequest } from '../errors.ts';
import { profileKeys } from './profile-keys.ts';
import type { UserChange } from './store.ts';

export type Body = Record<string, unknown>;

export function bodyOf(body: unknown): Body {
  return typeof body === 'object' && body !== null && !Array.isArray(body) ? (body as Body) : {};
}

/** Contract scripts §4.5: this pattern, and no more than the longest address there can be. */
const emailPattern = /^[A-Za-z0-9.+_-]+@[A-Za-z0-9._-]+\.[a-zA-Z]*$/;

export function readEmail(value: unknown): string {
  if (typeof value !== 'string' || value.trim() === '') throw badRequest('Email is required');
  const email = value.trim();
  if (!emailPattern.test(email) || email.length > 254) throw badRequest('Email not valid');
  return email;
}

/** Text as PostgreSQL can keep it: no U+0000, no lone surrogates. */
export function cleanText(text: string): string {
  return text.replaceAll('\u0000', '\uFFFD').toWellFormed();
}

/** Undefined: not sent. Null empties it. */
export function optionalText(body: Body, key: string): string | null | undefined {
  const value = body[key];
  if (value === undefined) return undefined;
  if (value === null) return null;
  if (typeof value !== 'string') throw badRequest(`${key} must be text`);
  if (value.length > 255) throw badRequest(`${key} must not exceed 255 characters`);
  return cleanText(value);
}

export function readProfile(body: Body): Record<string, unknown> {
  const profile: Record<string, unknown> = {};
  for (const key of profileKeys) {
    const value = body[key];
    if (value === undefined) continue;
    profile[key] = typeof value === 'string' ? optionalText(body, key) : value;
    if (typeof value === 'object' && value !== null) throw badRequest(`${key} must be text`);
  }
  return profile;
}

/** What people may change about themselves; everything else sent is dropped. Undefined: nothing usable was sent. */
export function readOwnChange(body: Body): UserChange | undefined {
  const change: UserChange = {};
  const name = optionalText(body, 'name');
  if (typeof name === 'string' && name !== '') change.name = name;
  const country = optionalText(body, 'country');
  if (country !== undefined) change.country = country;
  const institution = optionalText(body, 'institution');
  if (institution !== undefined) change.institution = institution;
  if (typeof body.email_notifications_enabled === 'boolean') {
    change.emailNotificationsEnabled = body.email_notifications_enabled;
  }
  const profile = readProfile(body);
  if (Object.keys(profile).length > 0) change.profile = profile;
  return Object.keys(change).length === 0 ? undefined : change;
}
