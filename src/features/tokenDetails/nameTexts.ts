import { l10n } from 'vscode';
import type { KnownClaim, KnownParameter, NameSource } from '../../core/tokenDetails/registeredNames.ts';

/** What a claim means, in a sentence without its subject. */
export function claimText(claim: KnownClaim): string {
  switch (claim) {
    case 'iss':
      return l10n.t('Issuer: who made the token');
    case 'sub':
      return l10n.t('Subject: whom or what the token is about');
    case 'aud':
      return l10n.t('Audience: the servers that may accept it');
    case 'exp':
      return l10n.t('Expires: not accepted from then on');
    case 'nbf':
      return l10n.t('Not before: not accepted until then');
    case 'iat':
      return l10n.t('Issued at: when it was made');
    case 'jti':
      return l10n.t('Token id: unlike that of any other token');
    case 'scope':
    case 'scp':
      return l10n.t('Scopes: what the client may do');
    case 'client_id':
      return l10n.t('The client that the token was issued to');
    case 'act':
      return l10n.t('Actor: who acts on behalf of the subject');
    case 'may_act':
      return l10n.t('Who may act on behalf of the subject');
    case 'roles':
    case 'role':
      return l10n.t('What the subject is to the server');
    case 'groups':
      return l10n.t('Groups that the subject belongs to');
    case 'entitlements':
      return l10n.t('What the subject has been granted');
    case 'permissions':
      return l10n.t('What the token allows');
    case 'cnf':
      return l10n.t('Confirmation: the key that the sender has to prove to have');
    case 'authorization_details':
      return l10n.t('What was authorized, in detail');
    case 'auth_time':
      return l10n.t('When the user signed in');
    case 'nonce':
      return l10n.t('Ties the token to one sign-in');
    case 'acr':
      return l10n.t('How strong the sign-in was');
    case 'amr':
      return l10n.t('How the user signed in: password, one-time code, ...');
    case 'azp':
      return l10n.t('Authorized party: the client that may use the token');
    case 'at_hash':
      return l10n.t('Hash of the access token that came along');
    case 'c_hash':
      return l10n.t('Hash of the authorization code that came along');
    case 'sid':
      return l10n.t('Session at the issuer');
    case 'name':
      return l10n.t('The user’s full name');
    case 'given_name':
      return l10n.t('The user’s given name');
    case 'family_name':
      return l10n.t('The user’s family name');
    case 'nickname':
      return l10n.t('The user’s nickname');
    case 'preferred_username':
      return l10n.t('The name that the user goes by; may change');
    case 'profile':
      return l10n.t('The user’s profile page');
    case 'picture':
      return l10n.t('The user’s picture');
    case 'website':
      return l10n.t('The user’s website');
    case 'email':
      return l10n.t('The user’s email address');
    case 'email_verified':
      return l10n.t('Whether the issuer has checked the email address');
    case 'gender':
      return l10n.t('The user’s gender');
    case 'birthdate':
      return l10n.t('The user’s birthday');
    case 'zoneinfo':
      return l10n.t('The user’s time zone');
    case 'locale':
      return l10n.t('The user’s language');
    case 'phone_number':
      return l10n.t('The user’s phone number');
    case 'phone_number_verified':
      return l10n.t('Whether the issuer has checked the phone number');
    case 'address':
      return l10n.t('The user’s postal address');
    case 'updated_at':
      return l10n.t('When the user’s data last changed');
    case 'tid':
      return l10n.t('Tenant: the organization that the subject belongs to');
    case 'oid':
      return l10n.t('Object id of the subject in its directory');
  }
}

/** What a header parameter means. */
export function parameterText(parameter: KnownParameter): string {
  switch (parameter) {
    case 'alg':
      return l10n.t('Algorithm of the signature');
    case 'typ':
      return l10n.t('Type of the token');
    case 'cty':
      return l10n.t('Type of the content');
    case 'kid':
      return l10n.t('Key id: which key signed it');
    case 'jku':
      return l10n.t('Where the token says that its key can be found');
    case 'jwk':
      return l10n.t('The key that the token brings along');
    case 'x5u':
      return l10n.t('Where the token says that its certificate can be found');
    case 'x5c':
      return l10n.t('The certificates that the token brings along');
    case 'x5t':
      return l10n.t('Fingerprint (SHA-1) of the signer’s certificate');
    case 'x5t#S256':
      return l10n.t('Fingerprint (SHA-256) of the signer’s certificate');
    case 'crit':
      return l10n.t('Parameters that a verifier has to understand');
    case 'b64':
      return l10n.t('Whether the payload is base64url');
    case 'enc':
      return l10n.t('Algorithm of the encryption');
    case 'zip':
      return l10n.t('How the content is compressed');
  }
}

/** Where a name comes from. */
export function sourceText(source: NameSource): string {
  return source === 'common' ? l10n.t('in common use') : source;
}
