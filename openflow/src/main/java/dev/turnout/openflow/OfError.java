package dev.turnout.openflow;

/**
 * OpenFlow's errors, under the names that Open vSwitch prints, each with its meaning in a few words. Only those that a
 * software switch without wire protocol can have are here.
 */
public enum OfError {
    // @formatter:off
    OFPBRC_BAD_TYPE("no such message"),
    OFPBRC_BAD_TABLE_ID("no such table"),
    OFPBRC_BAD_PORT("no such port"),
    OFPBRC_BAD_PACKET("not a packet"),
    OFPBRC_EPERM("not allowed"),
    OFPBRC_BUFFER_UNKNOWN("no such packet buffer"),
    OFPBRC_IS_SECONDARY("the primary controller only may do this"),

    OFPBAC_BAD_TYPE("unknown action"),
    OFPBAC_BAD_LEN("actions too long"),
    OFPBAC_BAD_OUT_PORT("output to a port that does not exist"),
    OFPBAC_BAD_ARGUMENT("bad argument of an action"),
    OFPBAC_EPERM("action not allowed"),
    OFPBAC_TOO_MANY("too many actions"),
    OFPBAC_BAD_QUEUE("no such queue"),
    OFPBAC_BAD_OUT_GROUP("no such group"),
    OFPBAC_MATCH_INCONSISTENT("the action does not go with the match"),
    OFPBAC_UNSUPPORTED_ORDER("actions in an order that is not supported"),
    OFPBAC_BAD_TAG("bad tag or label"),
    OFPBAC_BAD_SET_TYPE("the field cannot be set"),
    OFPBAC_BAD_SET_LEN("wrong length of a field's value"),
    OFPBAC_BAD_SET_ARGUMENT("the field cannot have this value"),
    OFPBAC_BAD_SET_MASK("bad mask of a field to set"),
    OFPBAC_BAD_METER("no such meter"),

    OFPBIC_UNKNOWN_INST("unknown instruction"),
    OFPBIC_UNSUP_INST("instruction not supported"),
    OFPBIC_BAD_TABLE_ID("goto_table to this table is not possible"),
    OFPBIC_UNSUP_METADATA("metadata not supported"),
    OFPBIC_UNSUP_METADATA_MASK("mask of metadata not supported"),
    OFPBIC_DUP_INST("an instruction twice"),
    OFPBIC_BAD_LEN("instructions too long"),
    OFPBIC_EPERM("instruction not allowed"),

    OFPBMC_BAD_TYPE("unknown kind of match"),
    OFPBMC_BAD_LEN("match too long"),
    OFPBMC_BAD_TAG("bad tag"),
    OFPBMC_BAD_DL_ADDR_MASK("mask of a link-layer address not supported"),
    OFPBMC_BAD_NW_ADDR_MASK("mask of a network address not supported"),
    OFPBMC_BAD_WILDCARDS("fields wildcarded in an unsupported combination"),
    OFPBMC_BAD_FIELD("field not supported"),
    OFPBMC_BAD_VALUE("the field cannot have this value"),
    OFPBMC_BAD_MASK("mask not supported by the field"),
    OFPBMC_BAD_PREREQ("the match lacks what the field needs"),
    OFPBMC_DUP_FIELD("a field twice"),
    OFPBMC_EPERM("match not allowed"),

    OFPFMFC_UNKNOWN("failed for no known reason"),
    OFPFMFC_TABLE_FULL("the table is full"),
    OFPFMFC_BAD_TABLE_ID("no such table"),
    OFPFMFC_OVERLAP("overlaps with another flow of the same priority"),
    OFPFMFC_EPERM("not allowed"),
    OFPFMFC_BAD_TIMEOUT("bad timeout"),
    OFPFMFC_BAD_COMMAND("no such command"),
    OFPFMFC_BAD_FLAGS("bad flags"),
    OFPFMFC_CANT_SYNC("table cannot be synchronised"),
    OFPFMFC_BAD_PRIORITY("bad priority"),
    OFPFMFC_IS_SYNC("synchronised flows cannot be changed"),
    OFPFMFC_UNSUPPORTED("not supported"),

    OFPGMFC_GROUP_EXISTS("the group is there already"),
    OFPGMFC_INVALID_GROUP("not a group number, or not a possible group"),
    OFPGMFC_WEIGHT_UNSUPPORTED("weights not supported"),
    OFPGMFC_OUT_OF_GROUPS("too many groups"),
    OFPGMFC_OUT_OF_BUCKETS("too many buckets"),
    OFPGMFC_CHAINING_UNSUPPORTED("a group may not lead to this group"),
    OFPGMFC_WATCH_UNSUPPORTED("watching is not possible here"),
    OFPGMFC_LOOP("groups would lead in a circle"),
    OFPGMFC_UNKNOWN_GROUP("no such group"),
    OFPGMFC_CHAINED_GROUP("another group leads to it"),
    OFPGMFC_BAD_TYPE("bad type of group"),
    OFPGMFC_BAD_COMMAND("no such command"),
    OFPGMFC_BAD_BUCKET("bad bucket"),
    OFPGMFC_BAD_WATCH("bad port or group to watch"),
    OFPGMFC_UNKNOWN_BUCKET("no such bucket"),
    OFPGMFC_BUCKET_EXISTS("the bucket is there already"),

    OFPBPC_BAD_VALUE("bad value of a property"),

    OFPPMFC_BAD_PORT("no such port"),
    OFPPMFC_BAD_HW_ADDR("wrong hardware address"),
    OFPPMFC_BAD_CONFIG("bad port configuration"),
    OFPPMFC_EPERM("not allowed"),

    OFPQOFC_BAD_PORT("no such port"),
    OFPQOFC_BAD_QUEUE("no such queue"),

    OFPTMFC_BAD_TABLE("no such table"),
    OFPTMFC_BAD_CONFIG("bad table configuration"),
    OFPTMFC_EPERM("not allowed"),

    OFPMMFC_METER_EXISTS("the meter is there already"),
    OFPMMFC_INVALID_METER("not a meter number"),
    OFPMMFC_UNKNOWN_METER("no such meter"),
    OFPMMFC_BAD_COMMAND("no such command"),
    OFPMMFC_BAD_FLAGS("bad flags"),
    OFPMMFC_BAD_RATE("bad rate"),
    OFPMMFC_BAD_BURST("bad burst"),
    OFPMMFC_BAD_BAND("bad band"),
    OFPMMFC_OUT_OF_METERS("too many meters"),
    OFPMMFC_OUT_OF_BANDS("too many bands"),

    OFPBFC_BAD_ID("no such bundle"),
    OFPBFC_MSG_FAILED("a message of the bundle failed"),
    OFPBFC_MSG_TOO_MANY("too many messages in the bundle"),
    OFPBFC_BAD_FLAGS("bad flags");
    // @formatter:on

    private final String meaning;

    OfError(String meaning) {
        this.meaning = meaning;
    }

    /** What it says, in a few words. */
    public String meaning() {
        return meaning;
    }
}
