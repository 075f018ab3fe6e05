#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Writes captures/rows.scn to standard output: one conversation for every row of the documents
# that has a port (signatures/rows.tsv), with the evidence its signature asks for. A role of a
# product is one host throughout, so that it can be learned from the rows before and after.
cd "$(dirname "$0")/../.." || exit 2
{
    for file in signatures/*.csv; do
        grep -v '^#' "$file" | sed 1d | awk -F, '$4 == "own" {
            line = $0; rows = ""
            while (match(line, /[A-Z]+-[0-9]+[a-z]?( [A-Z]+-[0-9]+[a-z]?)*/)) {
                rows = rows " " substr(line, RSTART, RLENGTH); line = substr(line, RSTART + RLENGTH) }
            print "sig\t" $1 "\t" $3 "\t" $9 "\t" $10 "\t" $11 "\t" $12 "\t" $13 "\t" $14 "\t" rows "\t" $18 }'
    done
    sed 's/^/row\t/; 1d' signatures/rows.tsv
} | awk -F'\t' '
function plain(names,    list) { # a name that the first mask fits
    split(names, list, " ")
    gsub(/\*/, "a1", list[1]); gsub(/\?/, "0", list[1])
    return list[1]
}
function host(product, role,    name, ip, octet) {
    name = substr(product, 1, index(product "-", "-") - 1) "." (role == "" ? "any" : role)
    if (name in hosts) return name
    count++
    ip = "10." site(product) ".0." (10 + count)
    if (role == "cloud" || role == "push-service" || role == "certificate-authority")
        ip = "198.51.100." count
    if ((product, role) in networks) { # inside the first network documented for the role
        split(networks[product, role], octet, "[.=/]")
        ip = octet[2] "." octet[3] "." octet[4] "." (octet[5] + 6)
    }
    hosts[name] = 1
    declared = declared "host " name " " ip "\n"
    return name
}
function site(product) {
    if (!(product in sites)) sites[product] = ++site_count
    return sites[product]
}
function exchange(app, transport, port, name, scope) {
    if (app ~ /http/ && app ~ /tls/) app = port == 80 ? "http" : "tls"
    if (app ~ /mqtt/) return "tls sni " name " alpn mqtt"
    if (app == "tls") return "tls" (name == "" ? "" : " sni " name)
    if (app == "http") return "http get /" (name == "" ? "" : " host " name)
    if (app ~ /smb/) return "smb share ADMIN$"
    if (app == "ftp") return "ftp get file.zip port 3050"
    if (app == "krb5") return "kerberos"
    if (app == "ldap" && transport == "udp") return "cldap"
    if (app == "syslog") return "syslog host manager text \"app: event\""
    if (app == "dns") return "dns query www.example.com answer 203.0.113.10"
    if (app == "nbns") return "nbns status"
    if (scope ~ /cast$/) return "datagram random:64"
    if (app == "") return transport == "udp" ? "datagram random:64 random:64" : "talk random:80 random:80"
    return app
}
$1 == "sig" {
    if ($8 ~ /^initiator/) networks[$3, $5] = $8
    n = split($10, list, " ")
    for (i = 1; i <= n; i++) if (!(list[i] in product)) {
        product[list[i]] = $3; app[list[i]] = $4; from[list[i]] = $5; to[list[i]] = $6
        names[list[i]] = $7; scope[list[i]] = $9; needs[list[i]] = $11; sig[list[i]] = $2
    }
    next
}
$5 == "tcp" || $5 == "udp" {
    id = $2
    split($6, range, "[-, ]"); port = range[1] + 0
    client = host(product[id], from[id])
    server = host(product[id], to[id])
    # The side whose role counts is the host that is known in it.
    if (client == server && needs[id] == "responder") client = host(product[id], from[id] "-2")
    else if (client == server) server = host(product[id], to[id] "-2")
    if (scope[id] == "broadcast" || scope[id] == "multicast") server = scope[id]
    name = plain(names[id])
    line = ""
    if (name != "") line = client " -> dns dns query " name " answer " server " ttl 300 ; "
    # The passive range is known by its announcement alone; so is the active connection.
    if (sig[id] == "escan-ftp-passive") line = line client " -> " server ":2021 ftp get file.zip port 3" (100 + NR)
    else if (sig[id] == "escan-ftp-active") line = line server " -> " client ":2021 ftp get file.zip mode port port 50211"
    else line = line client " -> " server ":" port " " exchange(app[id], $5, port, name, scope[id])
    body = body "\n# " $7 "\n" line " # row:" id "\n"
}
END {
    print "# One conversation for every row of the documents that has a port, in their order, with the"
    print "# evidence that its signature asks for. Expected: each names the product of its row, but for the"
    print "# rows that name nobody by themselves (DNS, NTP, push services, DigiCert: candidates only) and"
    print "# those whose role no traffic shows, a site file has to (Bridge, RD Sensor, Service Gateway at 8080,"
    print "# the client of traffic redirection)."
    print "# Made by tests/scenario/rows.sh from signatures/; made anew, not edited."
    print "time 2026-03-02T08:00:00Z"
    print "host dns 10.0.0.2\nhost broadcast 10.0.0.255 broadcast\nhost multicast 239.255.15.1"
    printf "%s", declared
    printf "%s", body
}'
