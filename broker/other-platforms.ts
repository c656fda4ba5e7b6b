/**
 * Topics of the ThingsBoard device and gateway APIs beyond the telemetry we take. Such a client announces its attributes, its firmware and
 * the devices behind it at every connect. None of it is anybody else's business, so it costs the sender no more than a line in the ledger:
 * a connection that is cut there would be cut again after every reconnect, and its telemetry would never arrive.
 */
const OWN_WORD = /^v1\/(?:devices\/me|gateway)\/(?:attributes|rpc|claim|connect|disconnect|telemetry)(?:\/|$)|^v2\/fw\/|^v2\/sw\//;

/**
 * Whether a topic that is not allowed may be dropped instead of ending the connection.
 * @param kind of the credential: telemetry of a gateway's devices, said by a device, is in another's name and stays a reason to end it
 */
export function isHarmlessWord(topic: string, kind: 'device' | 'gateway'): boolean {
  return OWN_WORD.test(topic) && !(kind === 'device' && topic.startsWith('v1/gateway/telemetry'));
}
