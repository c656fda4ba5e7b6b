import { z } from 'zod';
import { ACCOUNT_NAME } from '../accounts.ts';
import { PASSWORD_MAX, PASSWORD_MIN } from '../sign-in/passwords.ts';
import { epochMs, reference } from './common.ts';

/** Most enterprises an account is bound to; who watches more of them watches everything. */
const ENTERPRISES_MAX = 200;

const role = z.enum(['admin', 'operator', 'viewer']).meta({ id: 'Role' });

/** Who is signed in. */
export const user = z
  .object({ name: z.string(), role, enterprises: z.array(z.string()).nullable(), mustChangePassword: z.boolean() })
  .meta({ id: 'User' });

/** An account as whoever manages accounts sees it; nothing of its password. */
export const userAccount = user
  .extend({
    id: z.string().meta({ description: 'The name, as paths have it.' }),
    disabled: z.boolean(),
    createdAt: epochMs,
    revision: z.int(),
  })
  .meta({ id: 'UserAccount' });

/** A password a person chooses, in characters. */
export const newPassword = z.string().min(PASSWORD_MIN, `at least ${PASSWORD_MIN} characters`).max(PASSWORD_MAX);

const enterprises = z
  .array(reference)
  .min(1, 'null for everything, or at least one')
  .max(ENTERPRISES_MAX)
  .transform((ids) => [...new Set(ids)])
  .nullable()
  .meta({ description: 'null = everything; else only these enterprises.' });
const firstPassword = newPassword.meta({ description: 'To be told to the person, who must change it at the first sign-in.' });

/** `{name, …}`; who signs in by `username` may well say `username` here. */
export const newUser = z.preprocess(
  (sent) => {
    if (typeof sent !== 'object' || sent === null || !('username' in sent) || 'name' in sent) return sent;
    const { username, ...rest } = sent;
    return { ...rest, name: username };
  },
  z.strictObject({
    name: z.string().regex(ACCOUNT_NAME, '1 to 64 of letters, digits, _ . @ -, beginning with a letter or digit').meta({
      description:
        'What the person signs in with; never changed, never given again, not even in other capitals. `username` is understood too.',
    }),
    password: firstPassword,
    role,
    enterprises: enterprises.default(null),
  }),
);
export const userPatch = z.strictObject({
  role: role.optional(),
  enterprises: enterprises.optional(),
  disabled: z.boolean().optional(),
  password: firstPassword.optional(),
});
