export { sendMailJob } from './jobs.ts';
export { type Mail, queueMail } from './queue-mail.ts';
export { mailsInOutbox, type StoredMail } from './read-outbox.ts';
export { sendMail } from './send-mail.ts';
