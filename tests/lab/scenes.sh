# SPDX-License-Identifier: Apache-2.0
# What happens in each capture of captures/lab/, read by record.sh.

# fetch HOST URL OPTION...: curl that trusts the lab's authority.
fetch() {
    from=$1 url=$2
    shift 2
    act "$from" curl -sS -m 10 --cacert "$work/ca.crt" -o /dev/null "$@" "$url"
}

# tls HOST ADDRESS:PORT OPTION...: openssl s_client that says a line and waits for the answer.
tls() {
    from=$1 to=$2
    shift 2
    # shellcheck disable=SC2016
    act "$from" sh -c '(echo hello; sleep 0.2) | openssl s_client "$@" -quiet -no_ign_eof' tls \
        -connect "$to" "$@"
}

scene_symantec_manager() { # a management server: clients on 8014, consoles on 8443 and 8446
    for one in pc1 pc2 pc3; do
        fetch "$one" 'http://10.20.0.10:8014/secars/secars.dll?h=1' -A Smc
    done
    fetch pc4 https://10.20.0.10:8443/console/ -k
    fetch pc4 https://10.20.0.10:8446/sepm/ -k --tls-max 1.2
}

scene_clouds() { # the vendors' clouds on 443 and 80: TLS 1.2, 1.3, HTTP/2, no SNI; and another site
    fetch pc1 https://liveupdate.symantec.com/
    fetch pc1 http://liveupdate.symantec.com/minitri.flg
    fetch pc2 https://sep.securitycloud.symantec.com/ --tls-max 1.2
    fetch pc2 https://repository.eset.com/v1/ --http2
    fetch pc3 https://update.escanav.com/ --http1.1
    fetch pc3 https://discovery.ksc.kaspersky.com/
    fetch pc4 https://files.trendmicro.com/ --http1.1
    tls pc4 198.51.100.55:443 -tls1_2 -noservername
    act pc1 getent ahostsv4 escan.example.org
    tls pc1 update.escanav.com:443 -tls1_3 -noservername
    fetch pc2 https://www.example.org/
    fetch pc3 http://www.example.org/
}

# transfers HOST URL: a file down and one up, in each of the four ways; then once with AUTH TLS.
transfers() {
    fetch "$1" "$2/pub/signatures.txt" --disable-epsv
    fetch "$1" "$2/pub/signatures.txt"
    fetch "$1" "$2/in/$1-info.txt" --disable-epsv -T "$work/resolv.conf"
    fetch "$1" "$2/pub/signatures.txt" --ftp-port - --disable-eprt
    fetch "$1" "$2/pub/signatures.txt" --ftp-port -
    fetch "$1" "$2/in/$1-more.txt" --ftp-port - --disable-eprt -T "$work/resolv.conf"
}

scene_escan_ftp() { # vsftpd on 2021: passive and active, both ways, and AUTH TLS
    transfers pc1 ftp://10.20.0.30:2021
    fetch pc2 ftp://10.20.0.30:2021/pub/signatures.txt --ssl-reqd -k --disable-epsv
}

scene_ftp_21() { # vsftpd on 21 with the same passive range: nobody's but the office's
    transfers pc1 ftp://10.20.0.60
}

scene_escan_server() { # 2021, 2221, 2225, 3333 of one host; it opens 2222 of three clients
    for one in pc1 pc2 pc3; do
        fetch "$one" ftp://10.20.0.30:2021/pub/signatures.txt --disable-epsv
        fetch "$one" http://10.20.0.30:2221/mwav.zip
        act "$one" sh -c 'echo event | socat -t2 - TCP:10.20.0.30:2225'
        act "$one" sh -c 'echo version | socat -t2 - TCP:10.20.0.30:3333'
        act escan sh -c "echo update | socat -t2 - TCP:$(address_of "$one"):2222"
    done
}

scene_eset_server() { # four agents of a server on 2222 in TLS, one on 2223
    for one in pc1 pc2 pc3 pc4; do
        tls "$one" 10.20.0.20:2222
    done
    tls pc1 10.20.0.20:2223
}

scene_push() { # mosquitto in TLS on 8883 and 443, with the push service's name and with another
    act pc1 mosquitto_pub -h epns.eset.com -p 8883 --cafile "$work/ca.crt" -t lab -m wake
    act pc2 mosquitto_pub -h epns.eset.com -p 443 --tls-alpn mqtt --cafile "$work/ca.crt" -t lab -m wake
    act pc3 mosquitto_pub -h mqtt.example.org -p 8883 --cafile "$work/ca.crt" --insecure -t lab -m wake
}

scene_kaspersky_point() { # a distribution point: 13000, 13295, 17111 in TLS, 13111 plain
    for one in pc1 pc2 pc3; do
        tls "$one" 10.20.0.40:13000
        tls "$one" 10.20.0.40:13295 -tls1_2
        tls "$one" 10.20.0.40:17111
    done
    act pc1 sh -c 'echo query | socat -t2 - TCP:10.20.0.40:13111'
    fetch dp https://discovery.ksc.kaspersky.com/
}

scene_proxy() { # tinyproxy on 3128: CONNECT to vendors' names, a plain request, a refused one
    proxy=http://10.20.0.3:3128
    fetch pc1 https://repository.eset.com/ -x "$proxy"
    fetch pc2 https://liveupdate.symantec.com/ -x "$proxy"
    fetch pc3 http://liveupdate.symantec.com/minitri.flg -x "$proxy"
    fetch pc4 https://www.example.org/ -x "$proxy"
    act pc4 sh -c "! curl -sS -m 5 -x $proxy -k https://epns.eset.com:8883/"
}

# share HOST WHERE SHARE OPTION...: lists a share.
share() {
    from=$1 to=$2
    shift 2
    act "$from" smbclient -s "$work/smb-office.conf" "//$to/$1" -U root%lab -c ls "$@"
}

scene_smb() { # smbd: ADMIN$ of a PC as a deployment opens it, file shares, SMB 1 to 3, 139, NetBIOS
    serve pc1 udp 137 nmbd -F --no-process-group -s "$work/smb-pc1.conf"
    act office nmblookup -s "$work/smb-office.conf" -U 10.20.0.101 pc1
    share sepm 10.20.0.101 'ADMIN$' -m SMB3
    share eset 10.20.0.101 'ADMIN$' -m SMB2_10
    share eset 10.20.0.101 'ADMIN$' -p 139 -m SMB2_10
    share eset 10.20.0.60 docs
    share pc2 10.20.0.60 docs
    share pc3 10.20.0.60 docs -m NT1 --option='client min protocol=NT1'
}

scene_directory() { # slapd: a simple bind, StartTLS, and LDAP in TLS
    LDAPTLS_CACERT=$work/ca.crt
    export LDAPTLS_CACERT
    for one in eset pc4; do
        act "$one" ldapsearch -x -H ldap://10.20.0.60 -D cn=admin,dc=lab,dc=example -w lab \
            -b dc=lab,dc=example
    done
    act eset ldapsearch -x -ZZ -H ldap://server.lab.example -b dc=lab,dc=example
    act pc4 ldapsearch -x -H ldaps://server.lab.example -b dc=lab,dc=example
}

scene_database() { # mariadb, asked by a management server and by a PC
    for one in eset pc4; do
        act "$one" mariadb --no-defaults -h 10.20.0.60 -u lab -plab -e 'SELECT VERSION()'
    done
}

scene_ssh() { # openssh on 2222 and 22: many to one, and one to many; never a product
    login() {
        from=$1 to=$2
        shift 2
        act "$from" ssh -F none -i "$work/user_key" -o BatchMode=yes -o StrictHostKeyChecking=no \
            -o UserKnownHostsFile=/dev/null "$@" "root@$to" true
    }
    login pc1 10.20.0.60
    for one in pc1 pc2 pc3; do
        login "$one" 10.20.0.60 -p 2222 -o KexAlgorithms=curve25519-sha256
    done
    for one in 101 102 103; do
        login office "10.20.0.$one" -p 2222 -o KexAlgorithms=curve25519-sha256
    done
}

scene_syslog() { # rsyslog: UDP and TCP on 514 from a manager and a PC, TLS on 6514 from the cloud
    for one in sepm pc4; do
        act "$one" logger -d -n 10.20.0.60 -P 514 -t lab "virus found"
    done
    act pc4 logger -T -n 10.20.0.60 -P 514 -t lab "over tcp"
    ip netns exec manager rsyslogd -n -f "$work/rsyslog-out.conf" -i "$work/rsyslog-out.pid" &
    sleep 1
    act manager logger -u "$work/log" -t lab "over tls"
    sleep 1
    kill "$(cat "$work/rsyslog-out.pid")" || true
}

scene_trend() { # agents that the cloud opens on 4118, a relay on 4122
    for one in 101 102; do
        tls manager "10.20.0.$one:4118"
    done
    for one in pc1 pc2; do
        tls "$one" 10.20.0.60:4122
    done
}
