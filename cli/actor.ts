import { userInfo } from 'node:os';

/** Who runs the command, as the registry's history names them: `cli:ada`. */
export function cliActor(
  { USER, LOGNAME }: NodeJS.ProcessEnv,
  readAccount: () => string = () => userInfo().username,
): string {
  return `cli:${USER || LOGNAME || accountName(readAccount)}`.slice(0, MAX_ACTOR_LENGTH);
}

/** As long as messages may name one. */
const MAX_ACTOR_LENGTH = 200;

/** In a container the account may be a bare number, which has no name. */
function accountName(readAccount: () => string): string {
  try {
    return readAccount() || 'user';
  } catch {
    return 'user';
  }
}
