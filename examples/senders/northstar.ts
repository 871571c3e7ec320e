/**
 * Typed senders of our events to Customer.io, a method each.
 *
 * Written by `mailwright events codegen typescript`; change the schemas, not this file. It needs the package
 * `customerio-node`. An event's id is new for each call: keep what the method gives, and hand it in again when the call
 * has to be repeated.
 */
import { APIClient, IdentifierType, SendEmailRequest, TrackClient } from "customerio-node";

/** A moment: Unix seconds, or a Date. */
export type Timestamp = number | Date;

/** Somebody who is not known yet; `identify` with the same id brings the events to the person. */
export interface Anonymous {
  anonymousId: string;
}

export interface EventOptions {
  /** When it happened; by default now. */
  at?: Timestamp;
  /** The id of an earlier try. */
  eventId?: string;
  /** Sent before the event, so that the email it starts finds the address. */
  attributes?: Attributes;
}

/** What is known of a person. */
export interface Attributes {
  /** Where emails go */
  email?: string;
  /** What emails call the person */
  first_name?: string;
  last_name?: string;
  /** In international form; null takes it away */
  mobile?: string | null;
  addr_city?: string;
  /** Chooses the language of a message that has several */
  language?: string;
  /** A zone name in lower case */
  timezone?: string;
  /** When the account was made */
  created_at: Timestamp;
  /** True holds back every email and text message */
  unsubscribed?: boolean;
  /** Topics and channels the person chose */
  cio_subscription_preferences?: Record<string, unknown>;
  /** What the person told our text message service */
  sms_status?: "active" | "less" | "pending" | "stop" | "undeliverable";
  voter_registration_status?: "confirmed" | "uncertain" | "ineligible" | "unregistered";
  /** Badges earned so far */
  badges?: number;
  last_authenticated_at?: Timestamp;
  plan?: "free" | "pro" | "team" | "enterprise" | "cancelled";
  company?: string;
  email_verified?: boolean;
  email_verified_at?: Timestamp;
  last_active_at?: Timestamp;
  onboarding_step?: "signed_up" | "verified" | "welcomed" | "done";
  /** Copied from the sign-up by the onboarding */
  trial_ends_at?: Timestamp;
  /** In USD a month. */
  mrr?: number;
  upgraded_at?: Timestamp;
  cancelled_at?: Timestamp;
  /** In lower case */
  cancellation_reason?: string;
}

/** The data of call_to_action_email. */
export interface CallToActionEmail {
  type: "forgot-password" | "rock-the-vote-activate-account" | "breakdown-activate-account" | "pays-to-do-good-activate-account";
  /** Where the button leads */
  actionUrl: string;
  actionText?: string;
  intro?: string;
}

/** The data of campaign_review. */
export interface CampaignReview {
  post_id: number;
  campaign_id: number | string;
  status: "approved" | "rejected" | "pending";
  type: "photo" | "text" | "voter-reg" | "share-social" | "phone-call" | "email" | null;
  reviewer?: string;
  tags?: unknown[];
  note?: string;
}

/** The data of campaign_signup. */
export interface CampaignSignup {
  signup_id: number;
  /** A number from the website and text from older imports */
  campaign_id: number | string;
  campaign_run_id?: number;
  campaign_title: string;
  /** Where the member signed up */
  source: "web" | "sms" | "importer-client" | "rock-the-vote" | "mobile";
  source_details?: string;
  created_at: Timestamp;
  /** Who invited the member */
  referrer_user_id?: string | null;
  /** Only when the member belongs to a group */
  group_id?: number;
  group_name?: string;
}

/** The data of campaign_signup_post. */
export interface CampaignSignupPost {
  post_id: number;
  campaign_id: number | string;
  type: "photo" | "text" | "voter-reg" | "share-social" | "phone-call" | "email";
  /** Missing in posts of the oldest app */
  source?: "web" | "sms" | "importer-client" | "rock-the-vote" | "mobile";
  /** What the member wrote, in posts of type text */
  text?: string;
  /** How many, in every other type */
  quantity?: number;
  status: "pending" | "approved" | "rejected";
  /** The picture */
  url: string;
  group_id?: number;
  group_name?: string;
}

/** What stands in items. */
export interface CheckoutCompletedItems {
  sku: string;
  quantity: number;
  price: number;
}

/** The data of checkout_completed. */
export interface CheckoutCompleted {
  order_id: number;
  currency: string;
  total: number;
  items: CheckoutCompletedItems[];
  coupon: string | null;
}

/** The data of club_id_updated. */
export interface ClubIdUpdated {
  club_name: string;
  club_leader_id?: string;
  club_leader_first_name?: string | null;
  club_leader_display_name?: string | null;
  club_leader_email?: string;
}

/** The data of email_subscription_updated. */
export interface EmailSubscriptionUpdated {
  topic: "news" | "lifestyle" | "scholarships" | "community";
  subscribed: boolean;
  source?: "web" | "sms" | "importer-client" | "rock-the-vote" | "mobile";
  all_topics?: unknown[];
}

/** The data of email_verified. */
export interface EmailVerified {
  email?: string;
  verified_at: Timestamp;
  provider?: "email" | "google" | "github" | "apple";
}

/** The data of feature_used. */
export interface FeatureUsed {
  feature: string;
  /** In milliseconds. */
  duration_ms?: number | null;
  platform?: "web" | "ios" | "android";
  app_version?: string;
  workspace_id?: number;
  succeeded?: boolean;
}

/** What stands in workspace. */
export interface FirstProjectCreatedWorkspace {
  id?: number;
  plan?: string;
}

/** The data of first_project_created. */
export interface FirstProjectCreated {
  project_id: string;
  template?: string;
  members?: number;
  workspace?: FirstProjectCreatedWorkspace;
}

/** What stands in workspace. */
export interface InvitedTeammateWorkspace {
  id?: number;
  plan?: string;
}

/** The data of invited_teammate. */
export interface InvitedTeammate {
  invitee?: string;
  role?: "admin" | "member";
  seats_left: number;
  workspace?: InvitedTeammateWorkspace;
}

/** The data of page_viewed. */
export interface PageViewed {
  path: string;
  referrer?: string;
  title?: string;
  /** In milliseconds. */
  load_ms?: number;
  block?: string;
  experiment?: "A" | "B";
}

/** The data of password_updated. */
export interface PasswordUpdated {
  /** The page or email the member came from; a name that holds activate-account is a first password */
  "updated-via": string;
  updated_at: Timestamp;
  ip_country?: string;
  user_agent?: string;
  /** Other devices that were signed out */
  sessions_revoked: number;
}

/** The data of referral_post_created. */
export interface ReferralPostCreated {
  id: number;
  user_id: string;
  user_display_name?: string | null;
  type: string;
  status: string;
  action_id?: number;
  created_at?: Timestamp;
  updated_at?: Timestamp;
}

/** The data of referral_post_updated. */
export interface ReferralPostUpdated {
  id: number;
  user_id: string;
  user_display_name?: string | null;
  type: string;
  status: string;
  action_id?: number;
  created_at?: Timestamp;
  updated_at?: Timestamp;
}

/** The data of referral_signup_created. */
export interface ReferralSignupCreated {
  id: number;
  user_id: string;
  user_display_name?: string | null;
  campaign_id: number | string;
  campaign_title?: string;
  /** ISO 8601, unlike in other events */
  created_at?: string;
  updated_at?: string;
}

/** The data of signed_up. */
export interface SignedUp {
  method: "email" | "google" | "github" | "apple";
  plan: "free" | "pro" | "team" | "enterprise";
  source?: "web" | "sms" | "importer-client" | "rock-the-vote" | "mobile";
  referral_code: string;
  language?: string;
  trial_ends_at: Timestamp;
}

/** The data of subscription_cancelled. */
export interface SubscriptionCancelled {
  reason: "too_expensive" | "missing_feature" | "switched" | "no_longer_needed";
  plan: "free" | "pro" | "team" | "enterprise";
  /** In the customer's own words; may hold anything */
  comment?: string;
}

/** The data of upgrade_completed. */
export interface UpgradeCompleted {
  from_plan: "free" | "pro" | "team" | "enterprise";
  to_plan: "free" | "pro" | "team" | "enterprise";
  /** In USD a month. */
  mrr: number;
  seats: number;
  billing_period: "monthly" | "annual";
}

/** The data that the message reads. */
export interface ReceiptData {
  /** The receipt's number */
  number: unknown;
  /** Three letters, such as USD */
  currency: unknown;
  /** Unix time of the payment */
  paid_at: unknown;
  /** A list of {description, amount} */
  lines: unknown;
  /** What was charged */
  total: unknown;
}

/** A new id for an event: 26 characters that sort by time. `at` is in Unix seconds, by default now. */
export function ulid(at: number = Date.now() / 1000): string {
  const digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  let rest = Math.floor(at * 1000);
  let time = "";
  for (let place = 0; place < 10; place += 1) {
    time = digits[rest % 32] + time;
    rest = Math.floor(rest / 32);
  }
  const random = globalThis.crypto.getRandomValues(new Uint8Array(16));
  return time + Array.from(random, (byte) => digits[byte % 32]).join("");
}

function plain(value: unknown): unknown {
  if (value instanceof Date) return Math.floor(value.getTime() / 1000);
  if (Array.isArray(value)) return value.map(plain);
  if (value !== null && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, plain(part)]));
  }
  return value;
}

function plainObject(value: object): Record<string, unknown> {
  return plain(value) as Record<string, unknown>;
}

/** Sends to one workspace. Errors are the client's own. */
export class Sender {
  constructor(
    private readonly client: TrackClient,
    private readonly api?: APIClient,
    private readonly broadcasts: Record<string, number> = {},
  ) {}

  /** Make or change a person; with `anonymousId` that visitor's events become the person's. */
  async identify(person: string, attributes: Attributes, anonymousId?: string): Promise<void> {
    const more = anonymousId === undefined ? {} : { anonymous_id: anonymousId };
    await this.client.identify(person, plainObject({ ...attributes, ...more }));
  }

  /** Move everything of `other` to `person`, and delete `other`. */
  async merge(person: string, other: string): Promise<void> {
    await this.client.mergeCustomers(IdentifierType.Id, person, IdentifierType.Id, other);
  }

  /** Delete a person and take no more calls about them. */
  async suppress(person: string): Promise<void> {
    await this.client.suppress(person);
  }

  /** Take calls about a person again. */
  async unsuppress(person: string): Promise<void> {
    await this.client.unsuppress(person);
  }

  /** Delete a person; the next call about them makes a new one. */
  async delete(person: string): Promise<void> {
    await this.client.destroy(person);
  }

  private async send(who: string | Anonymous, name: string, data: object, options: EventOptions): Promise<string> {
    const at = options.at === undefined ? Math.floor(Date.now() / 1000) : (plain(options.at) as number);
    const id = options.eventId ?? ulid(at);
    const event = { name, id, timestamp: at, data: plainObject(data) };
    if (typeof who !== "string") {
      await this.client.trackAnonymous(who.anonymousId, event);
      return id;
    }
    if (options.attributes !== undefined) await this.identify(who, options.attributes);
    await this.client.track(who, event);
    return id;
  }

  /**
   * Somebody needs an email with one button. Sent by Northstar when a password reset is asked for, or an
   * import makes an account that waits to be activated. Gives the event's id.
   */
  callToActionEmail(who: string | Anonymous, data: CallToActionEmail, options: EventOptions = {}): Promise<string> {
    return this.send(who, "call_to_action_email", data, options);
  }

  /** Staff look at a post. Sent by Rogue when a review is saved. Gives the event's id. */
  campaignReview(who: string | Anonymous, data: CampaignReview, options: EventOptions = {}): Promise<string> {
    return this.send(who, "campaign_review", data, options);
  }

  /**
   * A member joins a campaign. Sent by Rogue when the sign-up is saved, on the website, by text message or
   * by an import. Gives the event's id.
   */
  campaignSignup(who: string | Anonymous, data: CampaignSignup, options: EventOptions = {}): Promise<string> {
    return this.send(who, "campaign_signup", data, options);
  }

  /** A member sends proof of what they did. Sent by Rogue when the post is saved. Gives the event's id. */
  campaignSignupPost(who: string | Anonymous, data: CampaignSignupPost, options: EventOptions = {}): Promise<string> {
    return this.send(who, "campaign_signup_post", data, options);
  }

  /** An order is paid. Sent by Studio when the payment is confirmed. Gives the event's id. */
  checkoutCompleted(who: string | Anonymous, data: CheckoutCompleted, options: EventOptions = {}): Promise<string> {
    return this.send(who, "checkout_completed", data, options);
  }

  /** Somebody opens the checkout. Sent by Studio when the checkout page has loaded. Gives the event's id. */
  checkoutStarted(who: string | Anonymous, data: Record<string, unknown> = {}, options: EventOptions = {}): Promise<string> {
    return this.send(who, "checkout_started", data, options);
  }

  /** A member joins a club. Sent by Northstar when the club of a member changes. Gives the event's id. */
  clubIdUpdated(who: string | Anonymous, data: ClubIdUpdated, options: EventOptions = {}): Promise<string> {
    return this.send(who, "club_id_updated", data, options);
  }

  /**
   * A member turns an email topic on or off. Sent by Northstar when the preferences page is saved, once for
   * each topic that changed. Gives the event's id.
   */
  emailSubscriptionUpdated(who: string | Anonymous, data: EmailSubscriptionUpdated, options: EventOptions = {}): Promise<string> {
    return this.send(who, "email_subscription_updated", data, options);
  }

  /**
   * The address of a Studio account is confirmed. Sent by Studio when the link in the confirmation email is
   * opened. Gives the event's id.
   */
  emailVerified(who: string | Anonymous, data: EmailVerified, options: EventOptions = {}): Promise<string> {
    return this.send(who, "email_verified", data, options);
  }

  /** Somebody uses a part of Studio. Sent by Studio when the feature finishes its work. Gives the event's id. */
  featureUsed(who: string | Anonymous, data: FeatureUsed, options: EventOptions = {}): Promise<string> {
    return this.send(who, "feature_used", data, options);
  }

  /**
   * The moment Studio starts to be useful. Sent by Studio when a project is made in an account that had
   * none. Gives the event's id.
   */
  firstProjectCreated(who: string | Anonymous, data: FirstProjectCreated, options: EventOptions = {}): Promise<string> {
    return this.send(who, "first_project_created", data, options);
  }

  /** A Studio user invites somebody. Sent by Studio when the invitation is sent. Gives the event's id. */
  invitedTeammate(who: string | Anonymous, data: InvitedTeammate, options: EventOptions = {}): Promise<string> {
    return this.send(who, "invited_teammate", data, options);
  }

  /**
   * A page of the website was opened, sent as an ordinary event. Sent by the website when a page has loaded.
   * Gives the event's id.
   */
  pageViewed(who: string | Anonymous, data: PageViewed, options: EventOptions = {}): Promise<string> {
    return this.send(who, "page_viewed", data, options);
  }

  /**
   * A password was chosen or changed. Sent by Northstar when the new password is saved. Gives the event's
   * id.
   */
  passwordUpdated(who: string | Anonymous, data: PasswordUpdated, options: EventOptions = {}): Promise<string> {
    return this.send(who, "password_updated", data, options);
  }

  /**
   * Name and company of a Studio account are filled in. Sent by Studio when the last empty field is saved.
   * Gives the event's id.
   */
  profileCompleted(who: string | Anonymous, data: Record<string, unknown> = {}, options: EventOptions = {}): Promise<string> {
    return this.send(who, "profile_completed", data, options);
  }

  /**
   * A member who had muted everything wants to hear from us again. Sent by Northstar when promotions are
   * unmuted. Gives the event's id.
   */
  promotionsResubscribe(who: string | Anonymous, data: Record<string, unknown> = {}, options: EventOptions = {}): Promise<string> {
    return this.send(who, "promotions_resubscribe", data, options);
  }

  /**
   * Somebody the member invited sent a post; sent about the member who invited. Sent by Rogue when a post
   * with a referrer is saved. Gives the event's id.
   */
  referralPostCreated(who: string | Anonymous, data: ReferralPostCreated, options: EventOptions = {}): Promise<string> {
    return this.send(who, "referral_post_created", data, options);
  }

  /**
   * A post of somebody the member invited changed; sent about the member who invited. Sent by Rogue when a
   * post with a referrer is saved again, by its author or by a review. Gives the event's id.
   */
  referralPostUpdated(who: string | Anonymous, data: ReferralPostUpdated, options: EventOptions = {}): Promise<string> {
    return this.send(who, "referral_post_updated", data, options);
  }

  /**
   * Somebody the member invited joined a campaign; sent about the member who invited. Sent by Rogue when a
   * sign-up with a referrer is saved. Gives the event's id.
   */
  referralSignupCreated(who: string | Anonymous, data: ReferralSignupCreated, options: EventOptions = {}): Promise<string> {
    return this.send(who, "referral_signup_created", data, options);
  }

  /** A customer asks for money back. Sent by Studio when the form is sent. Gives the event's id. */
  refundRequested(who: string | Anonymous, data: Record<string, unknown> = {}, options: EventOptions = {}): Promise<string> {
    return this.send(who, "refund_requested", data, options);
  }

  /**
   * Somebody makes a Northstar Studio account. Sent by Studio when the account is made; the profile is sent
   * right before. Gives the event's id.
   */
  signedUp(who: string | Anonymous, data: SignedUp, options: EventOptions = {}): Promise<string> {
    return this.send(who, "signed_up", data, options);
  }

  /** A paid plan ends. Sent by Studio when the cancellation is confirmed. Gives the event's id. */
  subscriptionCancelled(who: string | Anonymous, data: SubscriptionCancelled, options: EventOptions = {}): Promise<string> {
    return this.send(who, "subscription_cancelled", data, options);
  }

  /**
   * A paid plan goes on for another month or year. Sent by Studio when the renewal is paid. Gives the
   * event's id.
   */
  subscriptionRenewed(who: string | Anonymous, data: Record<string, unknown> = {}, options: EventOptions = {}): Promise<string> {
    return this.send(who, "subscription_renewed", data, options);
  }

  /**
   * The trial is nearly over. Sent by Studio when three days before the end. @deprecated stop sending it
   * Gives the event's id.
   */
  trialExpiring(who: string | Anonymous, data: Record<string, unknown> = {}, options: EventOptions = {}): Promise<string> {
    return this.send(who, "trial_expiring", data, options);
  }

  /**
   * An account moves to a bigger plan. Sent by Studio when the first payment of the new plan is confirmed.
   * Gives the event's id.
   */
  upgradeCompleted(who: string | Anonymous, data: UpgradeCompleted, options: EventOptions = {}): Promise<string> {
    return this.send(who, "upgrade_completed", data, options);
  }

  /**
   * Somebody opens the page that compares plans. Sent by Studio when a paid plan is chosen there. Gives the
   * event's id.
   */
  upgradeStarted(who: string | Anonymous, data: Record<string, unknown> = {}, options: EventOptions = {}): Promise<string> {
    return this.send(who, "upgrade_started", data, options);
  }

  private get app(): APIClient {
    if (this.api === undefined) throw new Error("messages and broadcasts need the App API: new Sender(track, api)");
    return this.api;
  }

  /** Sent by the billing service for each renewal; the call brings the lines. Gives the delivery's id. */
  async sendReceipt(person: string, to: string, data: ReceiptData): Promise<string> {
    const request = new SendEmailRequest({
      transactional_message_id: "receipt",
      to,
      identifiers: { id: person },
      message_data: plainObject(data),
    });
    const reply = await this.app.sendEmail(request);
    return String(reply["delivery_id"]);
  }

  /**
   * Text messages go out through our own service, so the step is a webhook and not the SMS channel. Without
   * `ids` it goes to its audience. Gives the trigger's id.
   */
  async triggerSmsBroadcast(data: Record<string, unknown> = {}, ids?: string[]): Promise<number> {
    const number = this.broadcasts["sms-broadcast"];
    if (number === undefined) throw new Error("no broadcast is known as sms-broadcast");
    const to = ids === undefined ? undefined : { ids };
    const reply = await this.app.triggerBroadcast(number, plainObject(data), to);
    return Number(reply["id"]);
  }
}
