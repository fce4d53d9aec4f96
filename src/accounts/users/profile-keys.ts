/** What the QGIS plugin may store about a person (contract scripts §3.1); kept as sent, at most 255 characters. */
export const profileKeys = [
  'role_title',
  'sector',
  'sector_other',
  'gender_identity',
  'gender_identity_description',
  'gee_license_acknowledged',
  'purpose_of_use',
  'purpose_of_use_other',
  'email_subscription_news',
  'email_subscription_engagement',
  'email_subscription_system_updates',
] as const;
