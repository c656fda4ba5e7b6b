/** Who does something. Every command, configuration change and request carries one. */
export type Role = 'admin' | 'operator' | 'viewer';

export type Actor =
  | {
      readonly kind: 'account';
      readonly name: string;
      readonly role: Role /** null = everything; else only these enterprises. */;
      readonly enterprises: readonly string[] | null;
      readonly token?: string;
    }
  | { readonly kind: 'device'; readonly id: string; readonly enterprise: string }
  | { readonly kind: 'gateway'; readonly id: string; readonly enterprise: string }
  | { readonly kind: 'system' };
