// Every call of the official client, against the workspace in MAILWRIGHT_WORKSPACE (as `serve --format json` prints it).
// Prints one JSON line: [[call, "ok" or what went wrong], …].
const { APIClient, TrackClient, ...cio } = require('customerio-node');

const at = JSON.parse(process.env.MAILWRIGHT_WORKSPACE);
const track = new TrackClient(at.site_id, at.track_key, { url: `${at.track_url}/api/v1` });
const api = new APIClient(at.app_key, { url: `${at.app_url}/v1` });
const results = [];

async function call(name, made) {
  try {
    const answer = await made();
    results.push([name, 'ok']);
    return answer;
  } catch (error) {
    results.push([name, String(error.statusCode ?? error.message)]);
    if (process.env.MAILWRIGHT_TELL) console.error(name, error.message);
    return {};
  }
}

const everyone = { and: [{ attribute: { field: 'email', operator: 'exists' } }] };

async function tracked() {
  await call('track.getAccountRegion', () => track.getAccountRegion());
  await call('track.identify', () => track.identify('42', { email: 'a@example.org', plan: 'pro', last_name: null }));
  await call('track.identify (slash)', () => track.identify('4/2', { email: 'c@example.org' }));
  await call('track.track', () => track.track('42', { name: 'signed_up', data: { plan: 'pro' } }));
  await call('track.trackAnonymous', () => track.trackAnonymous('anon-1', { name: 'viewed' }));
  await call('track.trackAnonymous (invite)', () => track.trackAnonymous('', { name: 'invite', data: { recipient: 'f@example.org' } }));
  await call('track.trackPageView', () => track.trackPageView('42', 'https://example.org/pricing'));
  await call('track.addDevice', () => track.addDevice('42', 'tok-1', 'ios', { last_used: 1767225600, app_version: '1' }));
  await call('track.deleteDevice', () => track.deleteDevice('42', 'tok-1'));
  await call('track.trackPush', () => track.trackPush({ delivery_id: 'none', device_id: 'tok-1', event: 'opened', timestamp: 1767225600 }));
  await call('track.entity', () => track.entity({ type: 'person', action: 'identify', identifiers: { id: '43' }, attributes: { email: 'b@example.org' } }));
  await call('track.batch', () => track.batch([{ type: 'person', action: 'event', identifiers: { id: '43' }, name: 'signed_up' }]));
  await call('track.mergeCustomers', () => track.mergeCustomers(cio.IdentifierType.Id, '42', cio.IdentifierType.Email, 'c@example.org'));
  await call('track.submitForm', () => track.submitForm('contact', { email: 'd@example.org' }));
  await call('track.reportMetric', () => track.reportMetric({ delivery_id: 'none', metric: 'opened', timestamp: 1767225600 }));
  await call('track.unsubscribe', () => track.unsubscribe('none'));
  await call('track.suppress', () => track.suppress('99'));
  await call('track.unsuppress', () => track.unsuppress('99'));
  await call('track.destroy', () => track.destroy('99'));
}

async function sent() {
  const to = { to: 'a@example.org', identifiers: { id: '42' } };
  const id = { transactional_message_id: at.transactional_message_id, identifiers: { id: '42' } };
  const email = new cio.SendEmailRequest({ ...id, to: 'a@example.org', message_data: { about: 'a file' } });
  email.attach('ticket.txt', 'hello');
  const answer = await call('api.sendEmail', () => api.sendEmail(email));
  await call('api.sendEmail (own content)', () => api.sendEmail(new cio.SendEmailRequest({ ...to, from: 'hello@example.org', subject: 'Hi', body: '<p>Hi</p>' })));
  await call('api.sendPush', () => api.sendPush(new cio.SendPushRequest(id)));
  await call('api.sendSMS', () => api.sendSMS(new cio.SendSMSRequest(id)));
  await call('api.sendWhatsApp', () => api.sendWhatsApp(new cio.SendWhatsAppRequest(id)));
  await call('api.sendInApp', () => api.sendInApp(new cio.SendInAppRequest(id)));
  await call('api.sendInboxMessage', () => api.sendInboxMessage(new cio.SendInboxMessageRequest(id)));
  await call('api.getMessages', () => api.getMessages());
  await call('api.getMessage', () => api.getMessage(answer.delivery_id));
  await call('api.getArchivedMessage', () => api.getArchivedMessage(answer.delivery_id));
  await call('track.reportMetric (sent)', () => track.reportMetric({ delivery_id: answer.delivery_id, metric: 'opened', timestamp: 1767225600 }));
}

async function people() {
  for (const name of ['getAttributes', 'getCustomerActivities', 'getCustomerMessages', 'getCustomerRelationships', 'getCustomerSegments', 'getCustomerSubscriptionPreferences']) {
    await call(`api.${name}`, () => api[name]('42'));
  }
  await call('api.getSubscriptionCenterToken', () => api.getSubscriptionCenterToken('42'));
  await call('api.getCustomersByEmail', () => api.getCustomersByEmail('a@example.org'));
  await call('api.searchCustomers', () => api.searchCustomers(everyone));
  await call('api.getCustomersAttributes', () => api.getCustomersAttributes(['42']));
  await call('track.entity (object)', () => track.entity({ type: 'object', action: 'identify', identifiers: { object_type_id: '1', object_id: 'p-77' }, attributes: { city: 'Oslo' }, cio_relationships: [{ identifiers: { id: '42' } }] }));
  await call('api.getObjectAttributes', () => api.getObjectAttributes('1', 'p-77'));
  await call('api.getObjectRelationships', () => api.getObjectRelationships('1', 'p-77'));
  await call('api.findObjects', () => api.findObjects('1', { and: [] }));
  await call('api.listObjectTypes', () => api.listObjectTypes());
  await call('api.listActivities', () => api.listActivities());
  const made = await call('api.createSegment', () => api.createSegment({ name: 'Testers', description: 'By hand' }));
  const id = made.segment?.id;
  await call('track.addCustomersToSegment', () => track.addCustomersToSegment(id, ['42']));
  await call('track.removeCustomersFromSegment', () => track.removeCustomersFromSegment(id, ['42'], 'id'));
  await call('api.listSegments', () => api.listSegments());
  for (const name of ['getSegment', 'getSegmentCustomerCount', 'getSegmentMembership', 'getSegmentUsedBy', 'deleteSegment']) {
    await call(`api.${name}`, () => api[name](id));
  }
  await call('api.listSubscriptionTopics', () => api.listSubscriptionTopics());
  await call('api.listSubscriptionChannels', () => api.listSubscriptionChannels());
}

async function transactional() {
  const id = at.transactional_message_id;
  await call('api.listTransactionalMessages', () => api.listTransactionalMessages());
  for (const name of ['getTransactionalMessage', 'getTransactionalMessageDeliveries', 'getTransactionalMessageMetrics', 'getTransactionalMessageLinkMetrics']) {
    await call(`api.${name}`, () => api[name](id));
  }
  const contents = await call('api.getTransactionalMessageContents', () => api.getTransactionalMessageContents(id));
  await call('api.updateTransactionalMessageContent', () => api.updateTransactionalMessageContent(id, contents.contents[0].id, { subject: 'Hello' }));
  await call('api.getTransactionalMessageLanguage (unknown)', () => api.getTransactionalMessageLanguage(id, 'xx'));
  await call('api.updateTransactionalMessageLanguage (unknown)', () => api.updateTransactionalMessageLanguage(id, 'xx', { subject: 'Hello' }));
}

async function workflows() {
  const id = at.broadcast_id;
  const when = { start: 1767139200, end: 1767225600, res: 'days' };
  await call('api.listCampaigns', () => api.listCampaigns());
  await call('api.listBroadcasts', () => api.listBroadcasts());
  await call('api.getBroadcast', () => api.getBroadcast(id));
  const actions = await call('api.getBroadcastActions', () => api.getBroadcastActions(id));
  const action = actions.actions[0].id;
  await call('api.getBroadcastAction', () => api.getBroadcastAction(id, action));
  await call('api.updateBroadcastAction', () => api.updateBroadcastAction(id, action, { subject: 'Hello' }));
  for (const name of ['getBroadcastActionMetrics', 'getBroadcastActionMetricsLinks']) {
    await call(`api.${name}`, () => api[name](id, action));
  }
  for (const name of ['getBroadcastMetrics', 'getBroadcastMetricsLinks', 'getBroadcastMessages', 'getBroadcastTriggers']) {
    await call(`api.${name}`, () => api[name](id));
  }
  await call('api.getBroadcastActionLanguage (unknown)', () => api.getBroadcastActionLanguage(id, action, 'xx'));
  await call('api.updateBroadcastActionLanguage (unknown)', () => api.updateBroadcastActionLanguage(id, action, 'xx', {}));
  const fired = await call('api.triggerBroadcast', () => api.triggerBroadcast(id, { headline: 'Now' }, { ids: ['42'], id_ignore_missing: true }));
  await call('api.triggerBroadcast (filter)', () => api.triggerBroadcast(id, {}, everyone));
  await call('api.getBroadcastTriggerStatus', () => api.getBroadcastTriggerStatus(id, fired.id));
  await call('api.getBroadcastTriggerErrors', () => api.getBroadcastTriggerErrors(id, fired.id));
  const campaign = Number(process.env.MAILWRIGHT_CAMPAIGN);
  await call('api.getCampaign', () => api.getCampaign(campaign));
  const steps = await call('api.getCampaignActions', () => api.getCampaignActions(campaign));
  const step = steps.actions[0].id;
  await call('api.getCampaignAction', () => api.getCampaignAction(campaign, step));
  await call('api.updateCampaignAction', () => api.updateCampaignAction(campaign, step, { subject: 'Hello' }));
  await call('api.getCampaignActionLanguage (unknown)', () => api.getCampaignActionLanguage(campaign, step, 'xx'));
  await call('api.updateCampaignActionLanguage (unknown)', () => api.updateCampaignActionLanguage(campaign, step, 'xx', {}));
  await call('api.getCampaignActionMetrics', () => api.getCampaignActionMetrics(campaign, step));
  await call('api.getCampaignActionMetricsLinks', () => api.getCampaignActionMetricsLinks(campaign, step));
  await call('api.getCampaignMetrics', () => api.getCampaignMetrics(campaign));
  await call('api.getCampaignMetricsLinks', () => api.getCampaignMetricsLinks(campaign));
  await call('api.getCampaignJourneyMetrics', () => api.getCampaignJourneyMetrics(campaign, when));
  await call('api.getCampaignMessages', () => api.getCampaignMessages(campaign));
}

async function newsletters() {
  await call('api.listNewsletters', () => api.listNewsletters());
  const made = await call('api.createNewsletter', () => api.createNewsletter({ name: 'May', type: 'email', recipients: everyone, subject: 'May', body: '<p>May</p>', from: 'hello@example.org' }));
  const id = made.newsletter?.id ?? at.newsletter_id;
  const contents = await call('api.getNewsletterContents', () => api.getNewsletterContents(id));
  const content = contents.contents?.[0]?.id;
  await call('api.getNewsletter', () => api.getNewsletter(id));
  await call('api.getNewsletterContent', () => api.getNewsletterContent(id, content));
  await call('api.updateNewsletterContent', () => api.updateNewsletterContent(id, content, { subject: 'Hello' }));
  for (const name of ['getNewsletterContentMetrics', 'getNewsletterContentMetricsLinks']) {
    await call(`api.${name}`, () => api[name](id, content));
  }
  for (const name of ['getNewsletterMetrics', 'getNewsletterMetricsLinks', 'getNewsletterMessages']) {
    await call(`api.${name}`, () => api[name](id));
  }
  const french = { language: 'fr', subject: 'Mai', body: '<p>Mai</p>' };
  await call('api.createNewsletterLanguage', () => api.createNewsletterLanguage(id, french));
  await call('api.getNewsletterLanguage (unknown)', () => api.getNewsletterLanguage(id, 'xx'));
  await call('api.updateNewsletterLanguage (unknown)', () => api.updateNewsletterLanguage(id, 'xx', {}));
  await call('api.deleteNewsletterLanguage', () => api.deleteNewsletterLanguage(id, 'fr'));
  await call('api.createNewsletterTestGroup', () => api.createNewsletterTestGroup(id));
  await call('api.getNewsletterTestGroups', () => api.getNewsletterTestGroups(id));
  await call('api.createNewsletterTestGroupLanguage', () => api.createNewsletterTestGroupLanguage(id, 1, french));
  await call('api.getNewsletterTestGroupLanguage', () => api.getNewsletterTestGroupLanguage(id, 1, 'fr'));
  await call('api.updateNewsletterTestGroupLanguage', () => api.updateNewsletterTestGroupLanguage(id, 1, 'fr', {}));
  await call('api.deleteNewsletterTestGroupLanguage', () => api.deleteNewsletterTestGroupLanguage(id, 1, 'fr'));
  await call('api.scheduleNewsletter', () => api.scheduleNewsletter(id, { scheduled_at: Math.floor(Date.now() / 1000) + 86400 * 365 }));
  await call('api.sendNewsletter', () => api.sendNewsletter(id, {}));
  await call('api.deleteNewsletter', () => api.deleteNewsletter(at.newsletter_id));
  await call('api.createDeliveriesExport', () => api.createDeliveriesExport(id));
  const asked = await call('api.createCustomersExport', () => api.createCustomersExport(everyone));
  await call('api.listExports', () => api.listExports());
  await call('api.getExport', () => api.getExport(asked.export?.id));
  await call('api.downloadExport', () => api.downloadExport(asked.export?.id));
}

async function studio(kind, made) {
  const answer = await call(`api.createDesignStudio${kind}`, () => api[`createDesignStudio${kind}`](made));
  const id = answer.id ?? answer[kind.toLowerCase()]?.id;
  await call(`api.listDesignStudio${kind}s`, () => api[`listDesignStudio${kind}s`]());
  await call(`api.getDesignStudio${kind}`, () => api[`getDesignStudio${kind}`](id));
  await call(`api.updateDesignStudio${kind}`, () => api[`updateDesignStudio${kind}`](id, { name: 'renamed' }));
  if (kind === 'Email') {
    await call('api.listDesignStudioEmailLanguages', () => api.listDesignStudioEmailLanguages(id));
    await call('api.createDesignStudioEmailLanguage', () => api.createDesignStudioEmailLanguage(id, { language: 'fr' }));
    await call('api.getDesignStudioEmailLanguage', () => api.getDesignStudioEmailLanguage(id, 'fr'));
    await call('api.updateDesignStudioEmailLanguage', () => api.updateDesignStudioEmailLanguage(id, 'fr', {}));
    await call('api.deleteDesignStudioEmailLanguage', () => api.deleteDesignStudioEmailLanguage(id, 'fr'));
  }
  await call(`api.deleteDesignStudio${kind}`, () => api[`deleteDesignStudio${kind}`](id));
}

async function content() {
  await studio('Folder', { name: 'Season' });
  await studio('Email', { name: 'Draft', content: { subject: 'Hi', html: '<p>Hi</p>' } });
  await studio('Component', { name: 'button', tag: 'x-button', content: '<p>Hi</p>' });
  const made = await call('api.createCollection', () => api.createCollection({ name: 'cities', data: [{ city: 'Oslo' }] }));
  const id = made.collection?.id;
  await call('api.listCollections', () => api.listCollections());
  await call('api.getCollection', () => api.getCollection(id));
  await call('api.updateCollection', () => api.updateCollection(id, { name: 'towns' }));
  await call('api.getCollectionContent', () => api.getCollectionContent(id));
  await call('api.updateCollectionContent', () => api.updateCollectionContent(id, [{ city: 'Bergen' }]));
  await call('api.deleteCollection', () => api.deleteCollection(id));
  await call('api.createSnippet', () => api.createSnippet({ name: 'footer', value: 'Bye' }));
  await call('api.updateSnippet', () => api.updateSnippet({ name: 'footer', value: 'Good bye' }));
  await call('api.getSnippets', () => api.getSnippets());
  await call('api.deleteSnippet', () => api.deleteSnippet('footer'));
  const hook = await call('api.createReportingWebhook', () => api.createReportingWebhook({ name: 'Ours', endpoint: 'http://127.0.0.1:9/none', events: ['email_sent'] }));
  await call('api.listReportingWebhooks', () => api.listReportingWebhooks());
  await call('api.getReportingWebhook', () => api.getReportingWebhook(hook.id));
  await call('api.updateReportingWebhook', () => api.updateReportingWebhook(hook.id, { disabled: true }));
  await call('api.deleteReportingWebhook', () => api.deleteReportingWebhook(hook.id));
  const senders = await call('api.getSenderIdentities', () => api.getSenderIdentities());
  await call('api.getSenderIdentity', () => api.getSenderIdentity(senders.sender_identities[0].id));
  await call('api.getSenderIdentityUsedBy', () => api.getSenderIdentityUsedBy(senders.sender_identities[0].id));
}

async function others() {
  await call('api.createSuppression', () => api.createSuppression('bounces', 'gone@example.org'));
  await call('api.searchSuppression', () => api.searchSuppression('gone@example.org'));
  await call('api.getSuppressions', () => api.getSuppressions('bounces'));
  await call('api.getDomainSuppressions', () => api.getDomainSuppressions('example.org', 'bounces'));
  await call('api.deleteSuppression', () => api.deleteSuppression('bounces', 'gone@example.org'));
  await call('api.listAssets', () => api.listAssets());
  const dot = Buffer.from('R0lGODlhAQABAIAAAP///wAAACwAAAAAAQABAAACAkQBADs=', 'base64');
  const { folder = {} } = await call('api.createAssetFolder', () => api.createAssetFolder({ name: 'f' }));
  const { asset = {} } = await call('api.createAsset', () => api.createAsset({ data: dot, filename: 'dot.gif', parentFolderId: folder.id }));
  await call('api.createAsset (pdf)', () => api.createAsset({ data: '%PDF-1.7', filename: 'x.pdf', name: 'Terms' }));
  await call('api.getAsset', () => api.getAsset(asset.id));
  await call('api.updateAsset', () => api.updateAsset(asset.id, { name: 'y', parent_folder_id: null }));
  await call('api.deleteAsset', () => api.deleteAsset(asset.id));
  await call('api.listAssetFolders', () => api.listAssetFolders());
  await call('api.getAssetFolder', () => api.getAssetFolder(folder.id));
  await call('api.updateAssetFolder', () => api.updateAssetFolder(folder.id, { name: 'g' }));
  await call('api.deleteAssetFolder', () => api.deleteAssetFolder(folder.id));
  const asked = await call('api.createImport', () => api.createImport({ data_file_url: 'data:text/csv,id,plan%0A77,pro', type: 'people' }));
  await call('api.getImport', () => api.getImport(asked.import?.id));
  await call('api.batchUpdateAttributes', () => api.batchUpdateAttributes([{ name: 'plan' }]));
  await call('api.batchUpdateEvents', () => api.batchUpdateEvents([{ name: 'signed_up' }]));
  await call('api.listWorkspaces', () => api.listWorkspaces());
  await call('api.getIpAddresses', () => api.getIpAddresses());
}

function uncalled() {
  const called = new Set(results.map(([name]) => name.split(' ')[0]));
  const methods = (client, prefix) =>
    Object.getOwnPropertyNames(client.prototype).filter((name) => !['constructor', 'resourceBase'].includes(name)).map((name) => `${prefix}.${name}`);
  return [...methods(TrackClient, 'track'), ...methods(APIClient, 'api')].filter((name) => !called.has(name));
}

(async () => {
  for (const part of [tracked, sent, people, transactional, workflows, newsletters, content, others]) await part();
  for (const name of uncalled()) results.push([name, 'never called']);
  console.log(JSON.stringify(results));
})();
